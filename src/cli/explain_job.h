#pragma once

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace gradcam {

// The main job: explains pictures, results on stdout, messages on stderr. Throws Error when nothing
// was done.
[[nodiscard]] ExitCode ExplainPictures(const ExplainArguments& arguments,
                                       const Environment& environment, const Messages& messages);

}  // namespace gradcam
