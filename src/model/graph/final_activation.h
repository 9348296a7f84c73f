#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <string>
#include <vector>

namespace gradcam {

enum class FinalActivation { kNone, kSoftmax, kLogSoftmax, kSigmoid, kLogSigmoid };

// One tensor that forward returns, perhaps inside a tuple, list or dict.
struct OutputTensor {
  std::string key;  // its dict key or tuple field; empty without one
  FinalActivation activation = FinalActivation::kNone;
};

// Changes the output of `graph` into the flat tuple (y0, s0, y1, s1, ...): y is a tensor that
// forward returned, s the same before its final softmax or sigmoid, or y itself where there is
// none. The activation is also found behind log and operations that only change the shape or type.
// Tensors that come out of a structure made elsewhere (by a loop, say) are not listed; with none
// listed the output is left as it is.
[[nodiscard]] std::vector<OutputTensor> ExposeScores(torch::jit::Graph& graph);

}  // namespace gradcam
