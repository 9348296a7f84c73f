#include "run/replaceable.h"

#include <system_error>

#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

bool IsNameOfOpenFile(const fs::path& file) {
  std::error_code error;
  const fs::path target = fs::read_symlink(file, error);
  return !error && target.string().starts_with("/proc/");
}

}  // namespace

const fs::path& Replaceable(const fs::path& file) {
  std::error_code ignored;
  const fs::file_status status = fs::status(file, ignored);
  const bool is_special = fs::exists(status) && !fs::is_regular_file(status);
  if (!is_special && !IsNameOfOpenFile(file)) return file;
  throw Error(ErrorKind::kOutput, "cannot write " + Quoted(file) + ": it is no regular file",
              "give the name of a file");
}

}  // namespace gradcam
