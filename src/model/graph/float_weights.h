#pragma once

#include <torch/csrc/jit/api/module.h>

namespace torch::jit {
struct Function;
}  // namespace torch::jit

namespace gradcam {

// Networks run in float32. These convert weights of another floating type (half precision,
// float64).
void ConvertToFloat(torch::jit::Module& module);

// The same for tensors that are constants of the graph, nested blocks included. Tensors without
// dimensions stay: they are numbers that a trace computes shapes with.
void ConvertToFloat(torch::jit::Function& function);

}  // namespace gradcam
