#include "model/graph/run_effects.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;

bool WritesModule(const std::shared_ptr<Graph>& graph) {
  // "Frozen" counts every attribute as memory of its own, as freezing asks to find those written.
  const torch::jit::AliasDb aliases(graph, /*isFrozen=*/true);
  bool writes = false;
  ForEachNode(graph->block(), [&](Node* node) {
    // A call that could not be inlined, through an interface, may do anything.
    writes = writes || node->kind() == c10::prim::SetAttr ||
             node->kind() == c10::prim::CallMethod ||
             (node->kind() == c10::prim::GetAttr && aliases.hasWriters(node->output()));
  });
  return writes;
}

// Whether `node` is a dropout, say, that is switched off.
bool IsInEvaluation(const Node& node) {
  const auto& arguments = node.schema().arguments();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].name() == "train" || arguments[i].name() == "training") {
      const auto flag = torch::jit::toIValue(node.input(i));
      return flag && flag->isBool() && !flag->toBool();
    }
  }
  return false;
}

bool DrawsRandomNumbers(const Node& node) {
  const auto* const known = node.maybeOperator();
  if (known == nullptr) {
    return false;
  }
  const auto tags = known->getTags();
  return std::find(tags.begin(), tags.end(), at::Tag::nondeterministic_seeded) != tags.end() &&
         !IsInEvaluation(node);
}

}  // namespace

RunEffects EffectsOf(const std::shared_ptr<Graph>& graph) {
  RunEffects effects;
  effects.writes_module = WritesModule(graph);
  ForEachNode(graph->block(), [&](Node* node) {
    effects.draws_random_numbers = effects.draws_random_numbers || DrawsRandomNumbers(*node);
  });
  return effects;
}

}  // namespace gradcam
