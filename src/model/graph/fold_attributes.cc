#include "model/graph/fold_attributes.h"

#include <torch/csrc/jit/ir/constants.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;

bool IsPlain(const c10::IValue& value) {
  return value.isBool() || value.isInt() || value.isDouble() || value.isNone() || value.isString();
}

// The position of the train flag among the inputs, or nothing.
std::optional<std::size_t> TrainFlagInput(const Node* node) {
  static const std::set<c10::Symbol> kDropouts = {c10::aten::dropout,
                                                  c10::aten::dropout_,
                                                  c10::aten::alpha_dropout,
                                                  c10::aten::alpha_dropout_,
                                                  c10::aten::feature_dropout,
                                                  c10::aten::feature_dropout_,
                                                  c10::aten::native_dropout,
                                                  c10::aten::feature_alpha_dropout,
                                                  c10::aten::feature_alpha_dropout_};
  if (kDropouts.contains(node->kind())) {
    return 2;
  }
  const bool has_running_mean =
      node->kind() == c10::aten::batch_norm && !node->input(3)->mustBeNone();
  return has_running_mean ? std::optional<std::size_t>(5) : std::nullopt;
}

}  // namespace

std::optional<c10::IValue> AttributeAt(const torch::jit::Module& module, const std::string& path) {
  c10::IValue value = module._ivalue();
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find('.', begin), path.size());
    const auto name = path.substr(begin, end - begin);
    if (!value.isObject() || value.toObjectRef().type()->findAttributeSlot(name) == std::nullopt) {
      return std::nullopt;
    }
    value = value.toObjectRef().getAttr(name);
    begin = end + 1;
  }
  return value;
}

std::set<std::string> WrittenAttributes(Graph& graph) {
  std::set<std::string> written;
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() != c10::prim::SetAttr) {
      return;
    }
    if (const auto path = AttributePath(graph, node->input(0))) {
      const auto& name = node->s(c10::attr::name);
      written.insert(path->empty() ? name : *path + "." + name);
    }
  });
  return written;
}

void FoldAttributes(Graph& graph, const torch::jit::Module& module) {
  const auto written = WrittenAttributes(graph);
  std::vector<Node*> reads;
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() == c10::prim::GetAttr) {
      reads.push_back(node);
    }
  });
  for (Node* node : reads) {
    const auto path = AttributePath(graph, node->output());
    if (!path || written.contains(*path)) {
      continue;
    }
    if (const auto value = AttributeAt(module, *path); value && IsPlain(*value)) {
      const torch::jit::WithInsertPoint here(node);
      node->output()->replaceAllUsesWith(graph.insertConstant(*value));
    }
  }
}

int SwitchTrainModeOff(Graph& graph) {
  std::vector<std::pair<Node*, std::size_t>> baked;
  ForEachNode(graph.block(), [&](Node* node) {
    const auto flag = TrainFlagInput(node);
    if (!flag) {
      return;
    }
    const auto value = torch::jit::toIValue(node->input(*flag));
    if (value && value->isBool() && value->toBool()) {
      baked.emplace_back(node, *flag);
    }
  });
  for (const auto& [node, flag] : baked) {
    const torch::jit::WithInsertPoint here(node);
    node->replaceInput(flag, graph.insertConstant(false));
  }
  return static_cast<int>(baked.size());
}

}  // namespace gradcam
