#include "run/own_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <vector>

#include "core/file_handle.h"
#include "core/read_file.h"
#include "image/encode.h"
#include "report/picture_report.h"
#include "report/report_file.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPart = 100;  // bytes

// Nothing stands there that could be anybody's.
bool IsMissing(const std::system_error& error) {
  return error.code() == std::errc::no_such_file_or_directory ||
         error.code() == std::errc::not_a_directory;
}

bool ShowsGradcam(const FileHandle& file, std::uint64_t offset) {
  const std::string part = ReadAt(file, offset, kPart);
  return IsMadeByGradcam(std::vector<std::uint8_t>(part.begin(), part.end()));
}

// The head of a PNG or JPEG file says who made it, and the end of a WebP file.
bool IsMarked(const FileHandle& file, std::uint64_t size) {
  return ShowsGradcam(file, 0) || ShowsGradcam(file, size - std::min<std::uint64_t>(size, kPart));
}

}  // namespace

bool IsForeignReport(const fs::path& file) {
  try {
    const std::string text = ReadReportFile(file);
    return !text.empty() && !IsReport(text);
  } catch (const std::system_error& error) {
    return !IsMissing(error);
  }
}

bool IsForeignPicture(const fs::path& file) {
  const fs::path extension = file.extension();
  if (extension != ".png" && extension != ".jpg" && extension != ".webp") return false;
  try {
    const auto [handle, size] = OpenRegularFile(file);
    return size != 0 && !IsMarked(handle, size);
  } catch (const std::system_error& error) {
    // A file that cannot be looked into may be anybody's. A link that leads nowhere is none.
    return !IsMissing(error);
  }
}

bool IsOwnPicture(const fs::path& file) {
  try {
    const auto [handle, size] = OpenRegularFile(file);
    return IsMarked(handle, size);
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace gradcam
