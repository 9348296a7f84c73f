#pragma once

#include <string>
#include <vector>

#include "cli/environment.h"
#include "cli/exit_code.h"

namespace gradcam {

// The whole program: reads the command line (without the program's name), runs the command, prints
// every error. Throws nothing.
[[nodiscard]] ExitCode RunProgram(const std::vector<std::string>& command_line,
                                  const Environment& environment);

}  // namespace gradcam
