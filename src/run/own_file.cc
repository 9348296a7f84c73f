#include "run/own_file.h"

#include <system_error>

#include "core/read_file.h"
#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {

namespace fs = std::filesystem;

OldFile OldFileAt(const fs::path& file, std::string_view beginning) {
  try {
    const RegularFile old = OpenRegularFile(file);
    if (old.size == 0) return OldFile::kEmpty;
    return ReadAt(old.handle, 0, beginning.size()) == beginning ? OldFile::kOurs : OldFile::kOther;
  } catch (const std::system_error&) {
    std::error_code ignored;
    return fs::exists(file, ignored) ? OldFile::kOther : OldFile::kNone;
  }
}

void RequireOwnFile(const fs::path& file, std::string_view beginning, const std::string& what) {
  if (OldFileAt(file, beginning) != OldFile::kOther) return;
  throw Error(ErrorKind::kOutput, Quoted(file) + " exists and is not " + what,
              "choose another file, or remove it");
}

}  // namespace gradcam
