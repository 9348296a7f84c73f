#include "image/picture_file.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>

#include "core/file_handle.h"
#include "core/read_file.h"
#include "gradcam/error.h"
#include "image/sniff.h"

namespace gradcam {
namespace {

// Four 16-bit samples a pixel, uncompressed, take 8 bytes; the rest is room for metadata.
std::uint64_t SizeLimit(const DecodeOptions& options) {
  constexpr std::uint64_t kBytesAPixel = 16;
  constexpr std::uint64_t kOverhead = std::uint64_t{64} << 20U;
  const auto pixels = static_cast<std::uint64_t>(std::max<std::int64_t>(options.max_pixels, 0));
  return pixels > (UINT64_MAX - kOverhead) / kBytesAPixel ? UINT64_MAX
                                                          : pixels * kBytesAPixel + kOverhead;
}

[[noreturn]] void Refuse(const std::string& name, const std::string& reason,
                         const std::string& hint = "") {
  throw Error(ErrorKind::kInput, "cannot read image '" + name + "': " + reason, hint);
}

[[noreturn]] void RefuseFor(int error, const std::string& name) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      Refuse(name, "no such file");
    case EISDIR:
      Refuse(name, "it is a folder");
    case EINVAL:
      Refuse(name, "it is not a regular file");
    default:
      Refuse(name, SystemMessage(error));
  }
}

// A film among the pictures may be larger than the memory.
std::vector<std::uint8_t> ReadIfPicture(const RegularFile& file, std::uint64_t limit) {
  constexpr std::size_t kStart = 4096;
  const std::string start = ReadAt(file.handle, 0, kStart);
  std::vector<std::uint8_t> bytes(start.begin(), start.end());
  return SniffFormat(bytes) ? ReadFile(file, limit) : bytes;
}

}  // namespace

RegularFile OpenPictureFile(const std::filesystem::path& file, const std::string& name) {
  try {
    return OpenRegularFile(file);
  } catch (const std::system_error& error) {
    RefuseFor(error.code().value(), name);
  }
}

std::uint64_t BytesToRead(const RegularFile& file, const DecodeOptions& options) {
  return file.size > SizeLimit(options) ? 0 : file.size;
}

std::vector<std::uint8_t> ReadPictureFile(const RegularFile& file, const std::string& name,
                                          const DecodeOptions& options) {
  try {
    auto bytes = ReadIfPicture(file, SizeLimit(options));
    if (bytes.empty()) {
      Refuse(name, "the file is empty");
    }
    return bytes;
  } catch (const std::system_error& error) {
    const int code = error.code().value();
    if (code != EFBIG) RefuseFor(code, name);
    Refuse(name, "it is larger than a picture of " + std::to_string(options.max_pixels) + " pixels",
           "raise the limit with --max-pixels");
  } catch (const std::bad_alloc&) {
    Refuse(name, "not enough memory");
  }
}

std::vector<std::uint8_t> ReadPictureFile(const std::filesystem::path& file,
                                          const std::string& name, const DecodeOptions& options) {
  return ReadPictureFile(OpenPictureFile(file, name), name, options);
}

}  // namespace gradcam
