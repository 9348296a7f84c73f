#include "model/graph/graph_tap.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>

#include "model/graph/graph_walk.h"
#include "model/graph/second_names.h"

namespace gradcam {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// Clones are needed in front of the leaf and behind it: an in-place operation may write neither the
// leaf nor, through it, what the layer returned. Returns the first clone.
Node* Tap(Graph& graph, Node* marker, Value* taps) {
  const torch::jit::WithInsertPoint here(marker);
  Value* copy = graph.insert(c10::aten::clone, {marker->input()});
  Value* leaf = graph.insert(c10::aten::requires_grad_, {copy, graph.insertConstant(true)});
  graph.insert(c10::aten::append, {taps, leaf});
  Value* working_copy = graph.insert(c10::aten::clone, {leaf});
  marker->output()->replaceAllUsesWith(working_copy);
  marker->destroy();
  return copy->node();
}

// The node that contains `node`, or is it, among the nodes of `block`, which is one around `node`.
const Node* AncestorIn(const Block* block, const Node* node) {
  while (node->owningBlock() != block) {
    node = node->owningBlock()->owningNode();
  }
  return node;
}

// Whether `second` may run behind `first` in the same pass through the graph.
bool MayFollow(Node* second, Node* first) {
  const Block* block = second->findCommonAncestorBlockWith(first);
  const Node* second_here = AncestorIn(block, second);
  const Node* first_here = AncestorIn(block, first);
  // Inside one and the same node they stand in its two branches.
  return second_here != first_here && second_here->isAfter(first_here);
}

bool IsReadBehind(const Value* value, Node* node) {
  return std::any_of(value->uses().begin(), value->uses().end(),
                     [&](const torch::jit::Use& use) { return MayFollow(use.user, node); });
}

// The values that are there when `node` runs, without self and the list of taps.
std::vector<Value*> ValuesInFrontOf(Graph& graph, Node* node) {
  std::vector<Value*> values(graph.inputs().begin() + 1, graph.inputs().end() - 1);
  ForEachNode(graph.block(), [&](Node* other) {
    if (MayFollow(node, other)) {
      values.insert(values.end(), other->outputs().begin(), other->outputs().end());
    }
  });
  for (Block* block = node->owningBlock(); block->owningNode() != nullptr;
       block = block->owningNode()->owningBlock()) {
    values.insert(values.end(), block->inputs().begin(), block->inputs().end());
  }
  return values;
}

void RequireOneName(const torch::jit::AliasDb& aliases, Graph& graph, Node* copy,
                    const std::string& layer) {
  for (Value* value : ValuesInFrontOf(graph, copy)) {
    const bool is_object = value->type()->kind() == c10::TypeKind::ClassType;
    if (!is_object && IsReadBehind(value, copy) && IsSecondName(aliases, value, copy->input(0))) {
      RefuseSecondName(layer);
    }
  }
}

}  // namespace

void TapMarkers(const std::shared_ptr<Graph>& graph, const std::vector<Node*>& markers,
                const std::string& layer) {
  Value* taps = graph->addInput("taps")->setType(c10::ListType::ofTensors());
  std::vector<Node*> copies;
  copies.reserve(markers.size());
  for (Node* marker : markers) {
    copies.push_back(Tap(*graph, marker, taps));
  }
  graph->lint();
  const torch::jit::AliasDb aliases(graph);
  for (Node* copy : copies) {
    RequireOneName(aliases, *graph, copy, layer);
  }
}

}  // namespace gradcam
