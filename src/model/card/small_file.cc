#include "model/card/small_file.h"

#include <cerrno>
#include <string_view>
#include <system_error>

#include "core/file_handle.h"
#include "core/read_file.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

// Far above any list of labels; keeps a wrong path (a model, a device) from being read into memory.
constexpr std::size_t kMaxFileSize = std::size_t{64} << 20;

std::string ReasonFor(int error) {
  switch (error) {
    case ENOENT:
      return "no such file";
    case EISDIR:
      return "it is a directory";
    case EINVAL:
      return "it is not a regular file";
    case EFBIG:
      return "the file is too large";
    default:
      return SystemMessage(error);
  }
}

}  // namespace

std::string ReadSmallFile(const std::filesystem::path& file, const std::string& what) {
  std::string text;
  try {
    const auto bytes = ReadFile(file, kMaxFileSize);
    text.assign(bytes.begin(), bytes.end());
  } catch (const std::system_error& error) {
    throw Error(ErrorKind::kUsage, "cannot read " + what + " '" + file.string() +
                                       "': " + ReasonFor(error.code().value()));
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

}  // namespace gradcam
