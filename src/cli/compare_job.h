#pragma once

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace gradcam {

// gradcam compare BASELINE CURRENT: what differs on stdout, and the files that were asked for.
// Throws Error.
[[nodiscard]] ExitCode CompareResultFolders(const CompareArguments& arguments,
                                            const Messages& messages);

}  // namespace gradcam
