#pragma once

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/exit_code.h"

namespace gradcam {

// gradcam models: the known models on stdout. A file that cannot be read is listed with the reason.
[[nodiscard]] ExitCode PrintModels(const ModelsArguments& arguments,
                                   const Environment& environment);

}  // namespace gradcam
