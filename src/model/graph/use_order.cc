#include "model/graph/use_order.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/big_stack.h"
#include "model/graph/fold_attributes.h"
#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Node;
using torch::jit::Value;

// What `value` is before anything runs.
std::optional<c10::IValue> KnownValue(const Module& module, const Graph& graph,
                                      const Value* value) {
  if (auto constant = torch::jit::toIValue(value)) return constant;
  const auto path = AttributePath(graph, value);
  if (!path) return std::nullopt;
  return path->empty() ? module._ivalue() : AttributeAt(module, *path);
}

class Walk {
 public:
  // A method is walked through once, however many paths lead to it.
  void Through(const Module& module, const std::string& method) {
    const auto found = module.find_method(method);
    if (!found || !walked_.emplace(module._ivalue().get(), method).second) return;
    found->function().ensure_defined();
    auto* const function = torch::jit::tryToGraphFunction(found->function());
    if (function == nullptr) return;
    const auto graph = function->graph();
    ForEachNode(graph->block(), [&](Node* node) { Visit(module, *graph, *node); });
  }

  std::vector<at::Tensor> TakeTensors() { return std::move(tensors_); }

 private:
  void Visit(const Module& module, const Graph& graph, const Node& node) {
    for (const Value* input : node.inputs()) {
      const auto value = KnownValue(module, graph, input);
      if (value && value->isTensor()) tensors_.push_back(value->toTensor());
    }
    if (node.kind() != c10::prim::CallMethod) return;
    const auto callee = KnownValue(module, graph, node.input(0));
    if (callee && callee->isObject()) Through(Module(callee->toObject()), node.s(c10::attr::name));
  }

  std::set<std::pair<const void*, std::string>> walked_;
  std::vector<at::Tensor> tensors_;
};

}  // namespace

std::vector<at::Tensor> TensorsInOrderOfUse(const Module& module) {
  Walk walk;
  RunOnBigStack([&] { walk.Through(module, "forward"); });
  return walk.TakeTensors();
}

}  // namespace gradcam
