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

// Whether LibTorch, or the system, had no memory left: on the CPU, on a CUDA device, or in one of
// CUDA's libraries. The interpreter keeps messages only, so they tell.
[[nodiscard]] bool IsOutOfMemory(const std::exception& error);

// The Error for what LibTorch threw while model `name` ran on `input` [N, 3, H, W]:
// kMemory if there was none left, else kModel. The hint fits the cause: the size, the number of
// channels or an operation in place.
[[nodiscard]] Error CannotRun(const std::string& name, const at::Tensor& input,
                              const std::exception& error);

}  // namespace gradcam
