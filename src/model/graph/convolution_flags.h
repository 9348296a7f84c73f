#pragma once

#include <torch/csrc/jit/ir/ir.h>

namespace gradcam {

// How cuDNN may choose and compute a convolution; it never times its algorithms, which would cost a
// run more than they gain (docs/cuda.md). The CPU ignores them.
struct ConvolutionFlags {
  bool deterministic = false;  // takes only algorithms that repeat themselves
  bool allow_tf32 = false;     // products of 10 bits
};

// A trace holds the flags that were set where it was made as constants of aten::_convolution, which
// LibTorch's settings do not reach. Writes `flags` in their place, in nested blocks too. A
// convolution of a script (aten::conv2d) has none and follows the settings.
void SetConvolutionFlags(torch::jit::Graph& graph, const ConvolutionFlags& flags);

}  // namespace gradcam
