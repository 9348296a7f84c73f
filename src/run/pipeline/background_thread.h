#pragma once

namespace gradcam {

// Lets other threads of the process go first on a core that both want.
void LowerThreadPriority();

}  // namespace gradcam
