#include "model/graph/graph_runner.h"

#include <ATen/core/List.h>

#include "core/big_stack.h"

namespace gradcam {

GraphRunner::GraphRunner(const std::shared_ptr<torch::jit::Graph>& graph, const std::string& name) {
  // The compiler recurses along chains of operators.
  RunOnBigStack([&] { code_ = torch::jit::Code(graph, name); });
}

c10::IValue GraphRunner::Run(std::vector<c10::IValue> inputs) const {
  for (auto& input : inputs) {
    if (input.isList()) {
      input = c10::IValue(input.toList().copy());
    }
  }
  return RunSharingLists(std::move(inputs));
}

c10::IValue GraphRunner::RunSharingLists(std::vector<c10::IValue> inputs) const {
  torch::jit::InterpreterState(code_).run(inputs);
  return std::move(inputs.at(0));
}

}  // namespace gradcam
