#include "run/inputs.h"

#include <cerrno>
#include <fstream>
#include <system_error>
#include <unordered_set>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/folder_walk.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> ReadLines(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    // Lists written on Windows: a mark at the start and two characters at each line's end.
    if (lines.empty() && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (line.ends_with('\r')) line.pop_back();
    if (line.find_first_not_of(" \t") != std::string::npos) lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> ReadList(const std::string& file) {
  std::error_code ignored;
  errno = 0;
  std::ifstream in(file);
  if (!in || fs::is_directory(file, ignored)) {
    throw Error(ErrorKind::kUsage,
                "cannot read list " + Quoted(file) + ": " + SystemMessage(in ? EISDIR : errno));
  }
  std::vector<std::string> lines = ReadLines(in);
  if (in.bad()) throw Error(ErrorKind::kUsage, "cannot read list " + Quoted(file));
  return lines;
}

// The longest folder path that all files stand below. `files` are absolute.
fs::path CommonParent(const std::vector<fs::path>& files) {
  fs::path common = files.empty() ? fs::path() : files.front().parent_path();
  for (const fs::path& file : files) {
    const fs::path folder = file.parent_path();
    fs::path shared;
    for (auto a = common.begin(), b = folder.begin();
         a != common.end() && b != folder.end() && *a == *b; ++a, ++b) {
      shared /= *a;
    }
    common = shared;
  }
  return common;
}

class Collector {
 public:
  explicit Collector(const std::optional<FileIdentity>& excluded)
      : excluded_(excluded), working_folder_(fs::current_path()) {}

  void AddFolder(const std::string& input) {
    FolderListing folder = WalkFolder(input, excluded_);
    for (const std::string& name : folder.pictures) Add(fs::path(input) / name, name);
    listing_.folders.merge(folder.folders);
    listing_.skipped += folder.skipped;
    for (Failure& failure : folder.failures) listing_.failures.push_back(std::move(failure));
    for (std::string& warning : folder.warnings) listing_.warnings.push_back(std::move(warning));
  }

  void AddList(const std::vector<std::string>& lines) {
    std::vector<fs::path> files;
    files.reserve(lines.size());
    for (const std::string& line : lines) files.push_back(Absolute(line));
    const fs::path parent = CommonParent(files);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      Add(lines[i], files[i].lexically_relative(parent).string());
    }
  }

  void AddPicture(const std::string& input) { Add(input, Absolute(input).filename().string()); }

  InputListing TakeListing() {
    if (!first_repeated_.empty()) {
      std::string text = Quoted(first_repeated_) + " is given more than once; done once";
      if (repeated_ > 1) {
        text += ", and so are " + std::to_string(repeated_ - 1) + " more";
      }
      listing_.warnings.push_back(text);
    }
    return std::move(listing_);
  }

 private:
  // Without "." and "..", and without a slash at its end.
  fs::path Absolute(const fs::path& path) const {
    fs::path absolute = (working_folder_ / path).lexically_normal();
    return absolute.has_filename() ? absolute : absolute.parent_path();
  }

  void Add(const fs::path& path, const std::string& name) {
    if (known_.insert(Absolute(path).string()).second) {
      listing_.pictures.push_back({path, name});
      return;
    }
    if (first_repeated_.empty()) first_repeated_ = path.string();
    ++repeated_;
  }

  std::optional<FileIdentity> excluded_;
  fs::path working_folder_;
  std::unordered_set<std::string> known_;
  std::string first_repeated_;
  int repeated_ = 0;
  InputListing listing_;
};

}  // namespace

InputListing ListInputs(const std::vector<std::string>& inputs,
                        const std::optional<FileIdentity>& excluded, std::istream& standard_input) {
  Collector collector(excluded);
  for (const std::string& input : inputs) {
    std::error_code ignored;
    if (input == "@-") {
      collector.AddList(ReadLines(standard_input));
    } else if (input.starts_with('@')) {
      collector.AddList(ReadList(input.substr(1)));
    } else if (fs::is_directory(input, ignored)) {
      collector.AddFolder(input);
    } else {
      collector.AddPicture(input);
    }
  }
  return collector.TakeListing();
}

}  // namespace gradcam
