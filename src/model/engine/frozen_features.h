#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace gradcam {

// A copy of the features half (self, x, ...) -> (activations, carried...) whose weights are
// constants, with every batch norm behind a convolution folded into it and in-place operations made
// functional where nobody can tell. The numbers differ by the rounding of the folded weights. The
// constants share the module's memory except for folded ones. For modules that their forward does
// not write (RunEffects). Throws Error(kModel) for a graph in which something is still written in
// place.
[[nodiscard]] std::shared_ptr<torch::jit::Graph> FrozenFeatures(const torch::jit::Graph& features,
                                                                const torch::jit::Module& module);

}  // namespace gradcam
