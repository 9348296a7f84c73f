#pragma once

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace gradcam {

// gradcam worker: requests on stdin, answers on stdout, messages on stderr. Throws Error before it
// is ready, and if requests cannot be read.
[[nodiscard]] ExitCode AnswerRequests(const WorkerArguments& arguments,
                                      const Environment& environment, const Messages& messages);

}  // namespace gradcam
