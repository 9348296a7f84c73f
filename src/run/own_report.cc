#include "run/own_report.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "core/file_handle.h"
#include "core/read_file.h"
#include "image/encode.h"
#include "report/picture_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr off_t kPart = 100;  // bytes

// At most kPart bytes from `offset` on; none if they cannot be read.
std::vector<std::uint8_t> ReadPart(const FileHandle& handle, off_t offset) {
  std::vector<std::uint8_t> bytes(kPart);
  const ssize_t count = ::pread(handle.get(), bytes.data(), bytes.size(), offset);
  bytes.resize(static_cast<std::size_t>(std::max(ssize_t{0}, count)));
  return bytes;
}

}  // namespace

bool IsForeignReport(const fs::path& file) {
  constexpr std::uint64_t kLargestReport = std::uint64_t{256} << 20U;
  try {
    const std::vector<std::uint8_t> bytes = ReadFile(file, kLargestReport);
    return !bytes.empty() && !IsReport(std::string(bytes.begin(), bytes.end()));
  } catch (const std::system_error& error) {
    return error.code() != std::errc::no_such_file_or_directory;
  }
}

bool IsForeignPicture(const fs::path& file) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  const FileHandle handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  // A file that cannot be looked into may be anybody's. A link that leads nowhere is none.
  if (!handle.is_open()) return errno != ENOENT;
  struct stat status{};
  if (::fstat(handle.get(), &status) != 0 || !S_ISREG(status.st_mode)) return true;
  if (status.st_size == 0) return false;
  // The head of a PNG or JPEG file says who made it, and the end of a WebP file.
  return !IsMadeByGradcam(ReadPart(handle, 0)) &&
         !IsMadeByGradcam(ReadPart(handle, std::max(off_t{0}, status.st_size - kPart)));
}

}  // namespace gradcam
