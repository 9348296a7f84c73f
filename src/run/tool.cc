#include "run/tool.h"

namespace gradcam {

ToolReport ThisTool() { return {GRADCAM_VERSION, GRADCAM_LIBTORCH_VERSION}; }

}  // namespace gradcam
