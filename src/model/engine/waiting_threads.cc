#include "model/engine/waiting_threads.h"

#include <dlfcn.h>

namespace gradcam {
namespace {

using PauseOpenMp = int (*)(int kind);

constexpr int kSoft = 1;  // omp_pause_soft

// Of the OpenMP that LibTorch brings: the program is not linked with one.
PauseOpenMp FindPause() {
  return reinterpret_cast<PauseOpenMp>(dlsym(RTLD_DEFAULT, "omp_pause_resource_all"));
}

}  // namespace

void EndWaitingThreads() {
  static const PauseOpenMp pause = FindPause();
  if (pause != nullptr) pause(kSoft);
}

}  // namespace gradcam
