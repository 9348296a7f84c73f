#pragma once

#include "cli/arguments.h"
#include "cli/environment.h"
#include "cli/exit_code.h"
#include "cli/messages.h"

namespace gradcam {

// gradcam layers MODEL: the layers of a TorchScript file on stdout. Throws Error.
[[nodiscard]] ExitCode PrintLayers(const LayersArguments& arguments, const Environment& environment,
                                   const Messages& messages);

}  // namespace gradcam
