#include "core/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

namespace gradcam {
namespace {

[[noreturn]] void Fail(int error) { throw std::system_error(error, std::generic_category()); }

}  // namespace

RegularFile OpenRegularFile(const std::filesystem::path& file) {
  // O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
  FileHandle handle(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!handle.is_open()) Fail(errno);
  struct stat status{};
  if (::fstat(handle.get(), &status) != 0) Fail(errno);
  if (S_ISDIR(status.st_mode)) Fail(EISDIR);
  if (!S_ISREG(status.st_mode)) Fail(EINVAL);
  return {std::move(handle), static_cast<std::uint64_t>(status.st_size)};
}

std::string ReadAt(const FileHandle& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(file.get(), bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail(errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

std::vector<std::uint8_t> ReadFile(const std::filesystem::path& file, std::uint64_t limit) {
  return ReadFile(OpenRegularFile(file), limit);
}

std::vector<std::uint8_t> ReadFile(const RegularFile& file, std::uint64_t limit) {
  if (file.size > limit) Fail(EFBIG);

  // One byte more than the file has, so that the end is seen without another allocation.
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(file.size) + 1);
  std::size_t size = 0;
  while (true) {
    if (size == bytes.size()) bytes.resize(2 * bytes.size());
    const std::span<std::uint8_t> rest = std::span(bytes).subspan(size);
    const ssize_t count = ::read(file.handle.get(), rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) Fail(errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    if (size > limit) Fail(EFBIG);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace gradcam
