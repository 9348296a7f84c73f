#pragma once

namespace torch::jit {
struct Function;
}  // namespace torch::jit

namespace gradcam {

// Rewrites the devices in the graph of `function`, nested blocks included, to the CPU: a file that
// was exported on a GPU names "cuda:0" in constants and calls aten::cuda.
void MoveToCpu(torch::jit::Function& function);

}  // namespace gradcam
