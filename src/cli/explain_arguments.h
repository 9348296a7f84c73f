#pragma once

#include "cli/arguments.h"
#include "cli/command_line.h"
#include "cli/environment.h"

namespace gradcam {

// What the command line of the main job says. Throws Error(kUsage).
[[nodiscard]] ExplainArguments ReadExplainArguments(const CommandLine& line,
                                                    const Environment& environment);

// What that of 'gradcam worker' says. Throws Error(kUsage).
[[nodiscard]] WorkerArguments ReadWorkerArguments(const CommandLine& line,
                                                  const Environment& environment);

}  // namespace gradcam
