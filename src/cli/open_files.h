#pragma once

namespace gradcam {

// Lets the process have as many files open as the system allows it: every I/O thread has some.
void AllowManyOpenFiles();

}  // namespace gradcam
