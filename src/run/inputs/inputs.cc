#include "run/inputs/inputs.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/inputs/folder_walk.h"
#include "run/inputs/key_index.h"
#include "run/inputs/list_reader.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// The longest folder path that both stand below. Absolute paths.
fs::path SharedFolder(const fs::path& a, const fs::path& b) {
  fs::path shared;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end() && *i == *j; ++i, ++j) {
    shared /= *i;
  }
  return shared;
}

class Collector {
 public:
  Collector(const InputOptions& options, const std::optional<FileIdentity>& excluded)
      : options_(&options),
        excluded_(excluded),
        working_folder_(fs::current_path()),
        pictures_(working_folder_) {
    if (options.root) root_ = AbsolutePath(*options.root, working_folder_);
  }

  void AddFolder(const std::string& input) {
    pictures_.Begin({PictureOrigin::Kind::kFolder, input});
    FolderListing folder =
        WalkFolder(input, excluded_, [&](const std::string& name) { pictures_.Add(name); });
    pictures_.SortOrigin();
    folders_.insert(folders_.end(), folder.folders.begin(), folder.folders.end());
    skipped_ += folder.skipped;
    std::move(folder.failures.begin(), folder.failures.end(), std::back_inserter(failures_));
    std::move(folder.warnings.begin(), folder.warnings.end(), std::back_inserter(warnings_));
  }

  void AddListFile(const std::string& file) {
    const FileHandle handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!handle.is_open()) {
      throw Error(ErrorKind::kUsage,
                  "cannot read list " + Quoted(file) + ": " + SystemMessage(errno));
    }
    AddList("list " + Quoted(file), handle.get());
  }

  void AddList(const std::string& name, int descriptor) {
    pictures_.Begin({PictureOrigin::Kind::kList, root_.value_or(fs::path())});
    ListReader reader(name, descriptor, options_->null_separated ? '\0' : '\n');
    std::optional<fs::path> common;
    while (const std::optional<ListEntry> entry = reader.Next({})) {
      const std::string place = name + ", line " + std::to_string(entry->line);
      const fs::path absolute = AbsolutePath(entry->path, working_folder_);
      if (root_ && !NameBelow(absolute, *root_)) {
        throw Error(ErrorKind::kUsage,
                    place + ": " + Quoted(entry->path) + " is not below the root " + Quoted(*root_),
                    "give another --root");
      }
      common = common ? SharedFolder(*common, absolute.parent_path()) : absolute.parent_path();
      entry->truth ? pictures_.Add(entry->path, {*entry->truth, place})
                   : pictures_.Add(entry->path);
    }
    if (!root_ && common) pictures_.SetFolder(*common);
  }

  void AddPicture(const std::string& input) {
    pictures_.Begin({PictureOrigin::Kind::kAlone, {}});
    pictures_.Add(input);
  }

  InputListing TakeListing() {
    RemoveRepeated();
    std::sort(folders_.begin(), folders_.end());
    return {std::move(pictures_), std::move(folders_), std::move(failures_), std::move(warnings_),
            skipped_};
  }

 private:
  void RemoveRepeated() {
    // One folder names each of its files once.
    if (options_->inputs.size() == 1 && !HasList(options_->inputs)) return;
    const KeyIndex by_path(pictures_.size(),
                           [&](std::size_t i) { return pictures_.AbsolutePathOf(i).string(); });
    std::vector<std::size_t> repeated;
    for (const auto& [item, first] : by_path.Repeated()) {
      if (!LeadToOneFile(first, item)) continue;
      RequireSameClass(first, item);
      if (pictures_.ClassOf(first) < 0) pictures_.CopyClass(item, first);
      repeated.push_back(item);
    }
    if (repeated.empty()) return;
    std::string text =
        Quoted(pictures_.PathOf(repeated.front())) + " is given more than once; done once";
    if (repeated.size() > 1) {
      text += ", and so are " + std::to_string(repeated.size() - 1) + " more";
    }
    warnings_.push_back(text);
    pictures_.Remove(repeated);
  }

  // Behind a link, ".." is not where the name says: "link/../cat.jpg" need not be "cat.jpg".
  [[nodiscard]] bool LeadToOneFile(std::size_t a, std::size_t b) const {
    const auto first = IdentityOf(pictures_.PathOf(a));
    const auto second = IdentityOf(pictures_.PathOf(b));
    return !first || !second || first == second;
  }

  void RequireSameClass(std::size_t first, std::size_t again) const {
    const auto a = pictures_[first].truth;
    const auto b = pictures_[again].truth;
    if (!a || !b || (a->by == b->by && a->index == b->index && a->label == b->label)) return;
    throw Error(ErrorKind::kUsage, "lists give " + Quoted(pictures_.PathOf(again)) +
                                       " two different classes: " + NameOf(*a) + " and " +
                                       NameOf(*b));
  }

  static std::string NameOf(const ClassTarget& target) {
    return target.by == ClassTarget::By::kIndex ? std::to_string(target.index)
                                                : Quoted(target.label);
  }

  const InputOptions* options_;
  std::optional<FileIdentity> excluded_;
  fs::path working_folder_;
  std::optional<fs::path> root_;
  PictureList pictures_;
  std::vector<FileIdentity> folders_;
  std::vector<Failure> failures_;
  std::vector<std::string> warnings_;
  int skipped_ = 0;
};

}  // namespace

InputListing ListInputs(const InputOptions& options, const std::optional<FileIdentity>& excluded,
                        int standard_input) {
  Collector collector(options, excluded);
  for (const std::string& input : options.inputs) {
    std::error_code ignored;
    if (input == "@-") {
      collector.AddList("list on stdin", standard_input);
    } else if (input.starts_with('@')) {
      collector.AddListFile(input.substr(1));
    } else if (fs::is_directory(input, ignored)) {
      collector.AddFolder(input);
    } else {
      collector.AddPicture(input);
    }
  }
  return collector.TakeListing();
}

bool HasList(const std::vector<std::string>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(),
                     [](const std::string& input) { return input.starts_with('@'); });
}

}  // namespace gradcam
