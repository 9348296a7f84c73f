// A plug-in for the tests of core/plugin.h: its interface is the number 7, its version 3.
#include "gradcam/export.h"

extern "C" GRADCAM_EXPORT void* GradcamPlugin(int version) {
  static int interface = 7;
  return version == 3 ? &interface : nullptr;
}
