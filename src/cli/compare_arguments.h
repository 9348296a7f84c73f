#pragma once

#include "cli/arguments.h"
#include "cli/command_line.h"

namespace gradcam {

// What the command line of 'gradcam compare' says. Throws Error(kUsage).
[[nodiscard]] CompareArguments ReadCompareArguments(const CommandLine& line);

}  // namespace gradcam
