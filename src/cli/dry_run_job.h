#pragma once

#include <optional>

#include "cli/arguments.h"
#include "cli/exit_code.h"
#include "cli/messages.h"
#include "run/dry_run.h"
#include "run/plan.h"

namespace gradcam {

// Lists on stdout what a run would write and remove, one picture after the other. `resume`: what
// earlier runs have done is counted only; empty without --resume.
[[nodiscard]] ExitCode ListPlan(Plan plan, const std::optional<ResumePreview>& resume,
                                const ExplainArguments& arguments, const Messages& messages);

}  // namespace gradcam
