#pragma once

#include <c10/core/Device.h>

namespace torch::jit {
struct Function;
}  // namespace torch::jit

namespace gradcam {

// Rewrites the devices in the graph of `function`, nested blocks included, to `device`: a file that
// was exported on a GPU names "cuda:0" in constants and calls aten::cuda, one that was traced on
// the CPU names "cpu" wherever it made a tensor.
void RewriteDevices(torch::jit::Function& function, const at::Device& device);

}  // namespace gradcam
