#include "run/inputs/file_identity.h"

#include <sys/stat.h>

namespace gradcam {

std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

bool LeadsTo(const std::filesystem::path& path, const FileHandle& handle) {
  struct stat status{};
  return ::fstat(handle.get(), &status) == 0 &&
         IdentityOf(path) == FileIdentity{status.st_dev, status.st_ino};
}

}  // namespace gradcam
