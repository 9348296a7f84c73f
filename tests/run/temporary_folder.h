#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "core/file_handle.h"

namespace gradcam {

// A folder of its own for one test, removed with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return path_ / name;
  }

  // Writes a file below the folder, folders on its way included.
  void Write(const std::string& name, std::string_view content) const;

 private:
  std::filesystem::path path_;
};

// A file in memory, to be read from its beginning.
[[nodiscard]] FileHandle FileWith(std::string_view text);

[[nodiscard]] std::string Content(const std::filesystem::path& file);

// Names of all files below `folder`, as paths below it.
[[nodiscard]] std::set<std::string> FilesBelow(const std::filesystem::path& folder);

}  // namespace gradcam
