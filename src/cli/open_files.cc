#include "cli/open_files.h"

#include <sys/resource.h>

namespace gradcam {

void AllowManyOpenFiles() {
  struct rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  // Where that is refused, few may be open, and files that are one too many fail.
  static_cast<void>(::setrlimit(RLIMIT_NOFILE, &limit));
}

}  // namespace gradcam
