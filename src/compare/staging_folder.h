#pragma once

#include <filesystem>
#include <vector>

namespace gradcam {

// A new, empty, hidden folder that is removed at the end, whatever it then holds.
class StagingFolder {
 public:
  // In `parent`, which is made if missing. Throws std::filesystem::filesystem_error.
  explicit StagingFolder(const std::filesystem::path& parent);
  ~StagingFolder();
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Removes a folder and all it holds; folders in it that nobody may write are no obstacle if they
// are the user's own. False if something is left.
[[nodiscard]] bool RemoveFolder(const std::filesystem::path& folder);

// Removes the staging folders in `parent` that ended programs have left. Those of which something
// is left.
[[nodiscard]] std::vector<std::filesystem::path> RemoveAbandonedFolders(
    const std::filesystem::path& parent);

}  // namespace gradcam
