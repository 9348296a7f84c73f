#pragma once

#include "report/picture_report.h"

namespace gradcam {

// Versions of this build.
[[nodiscard]] ToolReport ThisTool();

}  // namespace gradcam
