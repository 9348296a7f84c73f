#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <string>

namespace gradcam {

// Calls `visit(node)` for every node below `block`, in program order, nested blocks behind their
// owner. `visit` may not remove the node.
template <typename Visit>
void ForEachNode(torch::jit::Block* block, const Visit& visit) {
  for (torch::jit::Node* node : block->nodes()) {
    visit(node);
    for (torch::jit::Block* nested : node->blocks()) {
      ForEachNode(nested, visit);
    }
  }
}

// The attribute path of a chain of prim::GetAttr that starts at the graph's first input (self):
// "features.28", "" for self; nothing for any other value.
[[nodiscard]] inline std::optional<std::string> AttributePath(const torch::jit::Graph& graph,
                                                              const torch::jit::Value* value) {
  if (value == graph.inputs().at(0)) {
    return std::string();
  }
  const torch::jit::Node* node = value->node();
  if (node->kind() != c10::prim::GetAttr) {
    return std::nullopt;
  }
  auto path = AttributePath(graph, node->input());
  if (!path) {
    return std::nullopt;
  }
  return path->empty() ? node->s(c10::attr::name) : *path + "." + node->s(c10::attr::name);
}

}  // namespace gradcam
