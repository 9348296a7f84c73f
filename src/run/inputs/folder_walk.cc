#include "run/inputs/folder_walk.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/file_handle.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// Whether a name is more likely a file's than a folder's: "notes.txt", but not "2024.05".
bool HasExtension(const fs::path& name) {
  return std::ranges::any_of(name.extension().native(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
}

class Walk {
 public:
  Walk(const std::optional<FileIdentity>& excluded,
       const std::function<void(const std::string&)>& picture)
      : excluded_(excluded), picture_(&picture) {}

  // The folders themselves first, then what links lead to elsewhere, in the order of their names:
  // which of two ways to a folder counts does not depend on the order in which names are listed.
  void WalkAll(const fs::path& root) {
    Enter(root, "");
    while (!links_.empty()) {
      for (const auto& [prefix, folder] : std::exchange(links_, {})) Enter(folder, prefix);
    }
  }

  FolderListing TakeListing() {
    listing_.folders.assign(entered_.begin(), entered_.end());
    return std::move(listing_);
  }

 private:
  // `prefix`: the folder's path below the root, with a slash, or empty.
  void Enter(const fs::path& folder, const std::string& prefix) {
    const auto identity = IdentityOf(folder);
    if (!identity) return Fail(folder, errno);
    if (identity == excluded_) return;
    if (!entered_.insert(*identity).second) {
      listing_.warnings.push_back("folder " + Quoted(folder) +
                                  " leads to a folder that was entered before; not entered again");
      return;
    }
    List(folder, prefix);
  }

  void List(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (!name.starts_with('.')) Visit(*entry, prefix + name);
    }
    if (error) Fail(folder, error.value());
  }

  void Visit(const fs::directory_entry& entry, const std::string& name) {
    // These ask the file system only about links: what else a name is, the folder itself tells.
    std::error_code ignored;
    std::error_code error;
    if (entry.is_directory(error)) {
      if (entry.is_symlink(ignored)) {
        links_.emplace(name + "/", entry.path());
      } else {
        Enter(entry.path(), name + "/");
      }
    } else if (error && !HasExtension(entry.path())) {
      FailLink(entry.path(), error.value());
    } else if (!HasPictureExtension(name)) {
      ++listing_.skipped;
    } else if (entry.is_other(ignored)) {
      listing_.warnings.push_back(Quoted(entry.path()) + " is no regular file; skipped");
      ++listing_.skipped;
    } else {
      // A link that leads nowhere comes here too: reading it says what is wrong.
      (*picture_)(name);
    }
  }

  void Fail(const fs::path& folder, int error) {
    listing_.failures.push_back(
        {folder.string(), "cannot list folder " + Quoted(folder) + ": " + SystemMessage(error),
         ""});
  }

  // What it leads to may be a folder full of pictures.
  void FailLink(const fs::path& link, int error) {
    listing_.failures.push_back(
        {link.string(), "cannot follow " + Quoted(link) + ": " + SystemMessage(error), ""});
  }

  std::optional<FileIdentity> excluded_;
  const std::function<void(const std::string&)>* picture_;
  std::set<FileIdentity> entered_;
  std::map<std::string, fs::path> links_;  // to folders, by their names below the root
  FolderListing listing_;
};

}  // namespace

FolderListing WalkFolder(const fs::path& folder, const std::optional<FileIdentity>& excluded,
                         const std::function<void(const std::string&)>& picture) {
  Walk walk(excluded, picture);
  walk.WalkAll(folder);
  return walk.TakeListing();
}

bool HasPictureExtension(const std::string& name) {
  constexpr std::array<std::string_view, 14> kExtensions{"jpg", "jpeg", "jpe", "jfif", "png",
                                                         "bmp", "dib",  "tif", "tiff", "webp",
                                                         "pbm", "pgm",  "ppm", "pnm"};
  const std::size_t dot = name.rfind('.');
  if (dot == std::string::npos) return false;
  std::string extension = name.substr(dot + 1);
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

}  // namespace gradcam
