#pragma once

namespace gradcam {

// Puts a check in front of those harmless operators of LibTorch that do not look at their
// arguments, for the whole process; with arguments that do not fit they throw:
// - x // y, x % y and divmod of whole numbers, where the processor would end the process with
// SIGFPE
//   (y = 0, or the smallest number and y = -1), also while code is only compiled;
// - aten::lstm, which reads behind the end of weights of another shape.
// Further calls do nothing.
void CheckOperatorArguments();

}  // namespace gradcam
