#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <vector>

namespace gradcam {

// The weights of `module`, attributes and constants, in the order in which its forward uses them:
// those of the features half come before the head's, wherever it is cut. A tensor may come several
// times; one that is used only inside a list, or in a function that is given none, does not.
[[nodiscard]] std::vector<at::Tensor> TensorsInOrderOfUse(const torch::jit::Module& module);

}  // namespace gradcam
