#pragma once

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "run/plan.h"

namespace gradcam {

// Lists on stdout what a run would write and remove, one picture after the other.
[[nodiscard]] ExitCode ListPlan(Plan plan, const ExplainArguments& arguments,
                                const Messages& messages);

}  // namespace gradcam
