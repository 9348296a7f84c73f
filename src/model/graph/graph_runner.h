#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/interpreter.h>

#include <memory>
#include <string>
#include <vector>

namespace gradcam {

// Runs one graph in the interpreter, without the profiling executor: no warm-up, no fusion compiled
// at the second run, autograd recorded only where an input asks for it.
class GraphRunner {
 public:
  GraphRunner(const std::shared_ptr<torch::jit::Graph>& graph, const std::string& name);

  // The graph's only output. Lists among the inputs are copied first: a head may append to them.
  // Throws what LibTorch throws.
  [[nodiscard]] c10::IValue Run(std::vector<c10::IValue> inputs) const;

  // The same without copying lists: a graph that hands out results through one.
  [[nodiscard]] c10::IValue RunSharingLists(std::vector<c10::IValue> inputs) const;

 private:
  torch::jit::Code code_;
};

}  // namespace gradcam
