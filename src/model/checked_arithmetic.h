#pragma once

namespace gradcam {

// LibTorch divides whole numbers without looking: x % 0 and the smallest number / -1 end the
// process with SIGFPE, also while code is only compiled. Replaces these operators of plain numbers,
// for the whole process, by ones that throw. Further calls do nothing.
void CheckIntegerDivision();

}  // namespace gradcam
