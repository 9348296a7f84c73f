#pragma once

#include "cli/command_line.h"

namespace gradcam {

// What each command takes.
[[nodiscard]] CommandSpec ExplainCommand();
[[nodiscard]] CommandSpec LayersCommand();
[[nodiscard]] CommandSpec ModelsCommand();
[[nodiscard]] CommandSpec CompareCommand();
[[nodiscard]] CommandSpec ReportCommand();
[[nodiscard]] CommandSpec WorkerCommand();

}  // namespace gradcam
