#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <vector>

namespace gradcam {

// Throws Error(kModel) unless forward of `module` takes one tensor; further arguments must have
// default values.
void RequireOneTensorInput(const torch::jit::Module& module);

// The inputs of forward's graph: self, `input`, default values.
[[nodiscard]] std::vector<c10::IValue> ModelInputs(const torch::jit::Module& module,
                                                   const at::Tensor& input);

}  // namespace gradcam
