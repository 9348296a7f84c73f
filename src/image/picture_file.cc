#include "image/picture_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <new>
#include <string>
#include <system_error>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// Four 16-bit samples a pixel, uncompressed, take 8 bytes; the rest is room for metadata.
constexpr std::int64_t kMaxBytesPerPixel = 16;
constexpr std::int64_t kAlwaysAllowed = std::int64_t{64} << 20;

class FileDescriptor {
 public:
  // Without O_NONBLOCK, opening a pipe that nobody writes to would wait for ever.
  explicit FileDescriptor(const std::filesystem::path& file)
      : descriptor_(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~FileDescriptor() {
    if (descriptor_ >= 0) {
      close(descriptor_);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::string ReasonOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "no such file";
    case EACCES:
      return "permission denied";
    default: {
      std::string reason = std::generic_category().message(error);
      std::transform(reason.begin(), reason.begin() + 1, reason.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      return reason;
    }
  }
}

[[noreturn]] void Refuse(const std::filesystem::path& file, const std::string& reason,
                         const std::string& hint = "") {
  throw Error(ErrorKind::kInput, "cannot read image '" + file.string() + "': " + reason, hint);
}

// Throws unless the file can hold a picture. Returns its size.
std::size_t CheckFile(const std::filesystem::path& file, int descriptor,
                      const DecodeOptions& options) {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) {
    Refuse(file, ReasonOf(errno));
  }
  if (S_ISDIR(status.st_mode)) {
    Refuse(file, "it is a folder");
  }
  if (!S_ISREG(status.st_mode)) {
    Refuse(file, "it is not a regular file");
  }
  if (status.st_size == 0) {
    Refuse(file, "the file is empty");
  }
  if (status.st_size > kAlwaysAllowed && status.st_size / kMaxBytesPerPixel > options.max_pixels) {
    Refuse(file,
           "its " + std::to_string(status.st_size) + " bytes are more than a picture of " +
               std::to_string(options.max_pixels) + " pixels takes",
           "raise the limit with --max-pixels");
  }
  return static_cast<std::size_t>(status.st_size);
}

}  // namespace

std::vector<std::uint8_t> ReadPictureFile(const std::filesystem::path& file,
                                          const DecodeOptions& options) {
  const FileDescriptor descriptor(file);
  if (descriptor.get() < 0) {
    Refuse(file, ReasonOf(errno));
  }
  const std::size_t size = CheckFile(file, descriptor.get(), options);
  std::vector<std::uint8_t> bytes;
  try {
    bytes.resize(size);
  } catch (const std::bad_alloc&) {
    Refuse(file, "not enough memory");
  }
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t count = read(descriptor.get(), bytes.data() + filled, size - filled);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      Refuse(file, ReasonOf(errno));
    }
    if (count == 0) {
      break;  // the file became shorter meanwhile
    }
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace gradcam
