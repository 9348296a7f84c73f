#include "run/pipeline/background_thread.h"

#include <sys/resource.h>
#include <unistd.h>

namespace gradcam {

void LowerThreadPriority() {
  // On Linux the niceness is the thread's own. That it cannot be set is no reason to stop.
  constexpr int kNiceness = 10;
  static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNiceness));
}

}  // namespace gradcam
