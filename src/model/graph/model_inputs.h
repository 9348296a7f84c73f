#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <vector>

#include "model/graph/run_effects.h"

namespace gradcam {

// Throws Error(kModel) unless forward of `module` takes one tensor; further arguments must have
// default values.
void RequireOneTensorInput(const torch::jit::Module& module);

// The module that one run works on: `module` itself, or, where forward writes to it, a copy with
// tensors of its own, which costs the memory of the weights.
[[nodiscard]] torch::jit::Module ModuleForRun(const torch::jit::Module& module,
                                              const RunEffects& effects);

// The inputs of forward's graph: self, `input`, default values.
[[nodiscard]] std::vector<c10::IValue> ModelInputs(const torch::jit::Module& module,
                                                   const at::Tensor& input);

}  // namespace gradcam
