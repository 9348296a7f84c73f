#include "compare/folder_swap.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void Fail(const fs::path& a, const fs::path& b, int error) {
  throw Error(ErrorKind::kOutput, "cannot exchange folders " + Quoted(a) + " and " + Quoted(b) +
                                      ": " + SystemMessage(error));
}

fs::path UnusedName(const fs::path& folder) {
  for (int attempt = 0;; ++attempt) {
    fs::path name = folder / TemporaryName(attempt);
    if (!fs::exists(fs::symlink_status(name))) return name;
  }
}

}  // namespace

void ExchangeFolders(const fs::path& a, const fs::path& b) {
  if (::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) return;
  if (errno != EINVAL && errno != ENOSYS) Fail(a, b, errno);
  ExchangeByRenames(a, b);
}

void ExchangeByRenames(const fs::path& a, const fs::path& b) {
  const fs::path between = UnusedName(a.parent_path());
  if (::rename(a.c_str(), between.c_str()) != 0) Fail(a, b, errno);
  if (::rename(b.c_str(), a.c_str()) != 0) {
    const int error = errno;
    (void)::rename(between.c_str(), a.c_str());
    Fail(a, b, error);
  }
  if (::rename(between.c_str(), b.c_str()) != 0) {
    const int error = errno;
    (void)::rename(a.c_str(), b.c_str());
    (void)::rename(between.c_str(), a.c_str());
    Fail(a, b, error);
  }
}

}  // namespace gradcam
