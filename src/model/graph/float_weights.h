#pragma once

#include <torch/csrc/jit/api/module.h>

#include <vector>

namespace torch::jit {
struct Function;
}  // namespace torch::jit

namespace gradcam {

// Networks run in float32. Where weights of `module`, or tensors that are constants in the graphs
// of `functions` (nested blocks included), have another floating type (half precision, float64),
// they are converted, and what the graphs convert to that type becomes float32 as well. Constants
// without dimensions stay: they are numbers that a trace computes shapes with.
void ConvertToFloat(torch::jit::Module& module,
                    const std::vector<torch::jit::Function*>& functions);

}  // namespace gradcam
