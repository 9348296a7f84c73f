#pragma once

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace gradcam {

// gradcam report DIR: writes the page and says on stdout where it is. Throws Error.
[[nodiscard]] ExitCode MakeReportPage(const ReportArguments& arguments, const Messages& messages);

}  // namespace gradcam
