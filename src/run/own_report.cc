#include "run/own_report.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/file_handle.h"
#include "core/read_file.h"
#include "image/encode.h"
#include "report/picture_report.h"
#include "report/report_file.h"
#include "run/npy.h"

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

bool IsZeroFilled(std::string_view beginning) {
  return beginning.find_first_not_of('\0') == std::string_view::npos;
}

bool BeginsAsReport(std::string_view text) {
  constexpr std::string_view kStart = R"({"schema_version":1,"tool":{"name":"gradcam")";
  constexpr std::string_view kShortest = R"({"schema_version":)";
  std::string start;
  for (const char c : text.substr(0, 2 * kStart.size())) {
    if (c != ' ' && c != '\n') start += c;
  }
  const std::size_t length = std::min(start.size(), kStart.size());
  return length >= kShortest.size() && start.substr(0, length) == kStart.substr(0, length);
}

bool IsForeignReport(const fs::path& file) {
  try {
    const std::string text = ReadReportFile(file);
    return !IsZeroFilled(text) && !IsReport(text) && !BeginsAsReport(text);
  } catch (const std::system_error& error) {
    return !IsMissing(error);
  }
}

bool IsForeignPicture(const fs::path& file) {
  const fs::path extension = file.extension();
  const bool is_array = extension == ".npy";
  if (!is_array && extension != ".png" && extension != ".jpg" && extension != ".webp") return false;
  try {
    const auto [handle, size] = OpenRegularFile(file);
    const std::string beginning = ReadAt(handle, 0, kPart);
    if (IsZeroFilled(beginning)) return false;
    return is_array ? !BeginsAsMap(beginning) : !IsMarked(handle, size);
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
