#pragma once

#include <ATen/core/Tensor.h>

#include <exception>
#include <string>

#include "gradcam/error.h"

namespace gradcam {

// What went wrong in LibTorch, as one line of at most some 300 characters: of an interpreter error
// the innermost message, of a compiler error also where in the file's code; without tracebacks,
// quoted source and lists of suggestions.
[[nodiscard]] std::string TorchMessage(const std::exception& error);

// The Error(kModel) for what LibTorch threw while model `name` ran on `input` [N, 3, H, W]. The
// hint fits the cause: the size, the number of channels or an operation in place.
[[nodiscard]] Error CannotRun(const std::string& name, const at::Tensor& input,
                              const std::exception& error);

}  // namespace gradcam
