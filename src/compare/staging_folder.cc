#include "compare/staging_folder.h"

#include <system_error>

#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// A killed run may have left a folder of the same name.
fs::path MakeStage(const fs::path& parent) {
  fs::create_directories(parent);
  for (int attempt = 0;; ++attempt) {
    fs::path folder = parent / TemporaryName(attempt);
    if (fs::create_directory(folder)) return folder;
  }
}

void MakeWritable(const fs::path& folder) {
  std::error_code ignored;
  fs::permissions(folder, fs::perms::owner_all, fs::perm_options::add, ignored);
}

// Top down: what is in a folder can be seen only then.
void MakeAllWritable(const fs::path& folder) {
  MakeWritable(folder);
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (!entry->is_symlink(ignored) && entry->is_directory(ignored)) MakeWritable(entry->path());
  }
}

}  // namespace

StagingFolder::StagingFolder(const fs::path& parent) : path_(MakeStage(parent)) {}

StagingFolder::~StagingFolder() { (void)RemoveFolder(path_); }

bool RemoveFolder(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder, error))) return true;
  MakeAllWritable(folder);
  fs::remove_all(folder, error);
  return !error;
}

std::vector<fs::path> RemoveAbandonedFolders(const fs::path& parent) {
  std::vector<fs::path> left;
  for (const fs::path& folder : AbandonedFolders(parent)) {
    if (!RemoveFolder(folder)) left.push_back(folder);
  }
  return left;
}

}  // namespace gradcam
