#include "run/inputs/file_identity.h"

#include <sys/stat.h>

#include <cerrno>

namespace gradcam {

std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

bool LeadsTo(const std::filesystem::path& path, const FileHandle& handle) {
  struct stat status{};
  if (::fstat(handle.get(), &status) != 0) return false;
  const auto found = IdentityOf(path);
  // A disk that does not answer for a moment has lost nothing.
  if (!found) return errno != ENOENT && errno != ENOTDIR && errno != ELOOP;
  return found == FileIdentity{status.st_dev, status.st_ino};
}

}  // namespace gradcam
