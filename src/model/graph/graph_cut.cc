#include "model/graph/graph_cut.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <vector>

#include "gradcam/error.h"
#include "model/graph/fold_attributes.h"
#include "model/graph/graph_walk.h"
#include "model/graph/second_names.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

bool IsTensor(const Value* value) { return value->type()->kind() == c10::TypeKind::TensorType; }

std::vector<Node*> NodesBehind(Node* marker) {
  std::vector<Node*> nodes;
  for (Node* node = marker->next(); node != marker->owningBlock()->return_node();
       node = node->next()) {
    nodes.push_back(node);
  }
  return nodes;
}

// Builds the head from the nodes behind the marker.
class HeadBuilder {
 public:
  HeadBuilder(Graph& source, Node* marker, const std::string& layer)
      : source_(source),
        layer_(layer),
        written_attributes_(WrittenAttributes(source)),
        head_(std::make_shared<Graph>()) {
    const Value* self = source.inputs().at(0);
    copies_[self] = head_->addInput("self")->setType(self->type());
    Carry(marker->output(), "activations");
  }

  void CopyNode(Node* node) {
    Node* copy = head_->createClone(node, [this](Value* value) { return CopyOf(value); });
    head_->block()->appendNode(copy);
    for (std::size_t i = 0; i < node->outputs().size(); ++i) {
      copies_[node->outputs()[i]] = copy->outputs()[i];
    }
  }

  void CopyOutput(Value* value) { head_->registerOutput(CopyOf(value)); }

  // Lets the head work on a clone of the carried `value`.
  void CloneOnEntry(Value* value) {
    Value* input = copies_.at(value);
    Node* none = head_->createNone();
    Node* clone = head_->create(c10::aten::clone, 1);
    head_->block()->prependNode(clone);
    head_->block()->prependNode(none);
    input->replaceAllUsesWith(clone->output());
    clone->addInput(input);
    clone->addInput(none->output());
    clone->output()->setType(c10::TensorType::get());
  }

  // The activations, then what else crosses the cut, in the order of the head's inputs.
  const std::vector<Value*>& carried() const { return carried_; }

  std::shared_ptr<Graph> Take() {
    torch::jit::EliminateDeadCode(head_);
    head_->lint();
    return head_;
  }

 private:
  Value* Carry(Value* value, const std::string& name) {
    carried_.push_back(value);
    Value* input = head_->addInput(name);
    return copies_[value] = input->setType(value->type());
  }

  Value* CopyOf(Value* value) {
    if (const auto known = copies_.find(value); known != copies_.end()) {
      return known->second;
    }
    Node* node = value->node();
    if (node->kind() == c10::prim::Constant) {
      Node* copy = head_->createClone(node, [](Value* unused) { return unused; });
      head_->block()->prependNode(copy);
      return copies_[value] = copy->output();
    }
    if (IsFixedAttribute(value)) {
      Value* object = CopyOf(node->input());
      Node* copy = head_->createClone(node, [object](Value*) { return object; });
      head_->block()->appendNode(copy);
      return copies_[value] = copy->output();
    }
    if (value->type()->kind() == c10::TypeKind::ClassType) {
      throw Error(ErrorKind::kUsage, "cannot cut behind layer '" + layer_ +
                                         "': an object made in front of it is used behind it");
    }
    return Carry(value, "");
  }

  // An attribute of self that has the same value whenever it is read.
  bool IsFixedAttribute(const Value* value) const {
    const auto path = AttributePath(source_, value);
    return path && !written_attributes_.contains(*path);
  }

  const Graph& source_;
  const std::string& layer_;
  std::set<std::string> written_attributes_;
  std::shared_ptr<Graph> head_;
  std::unordered_map<const Value*, Value*> copies_;
  std::vector<Value*> carried_;
};

bool WritesTo(const torch::jit::AliasDb& aliases, const std::vector<Node*>& nodes, Value* value) {
  bool writes = false;
  const auto check = [&](Node* node) { writes = writes || aliases.writesToAlias(node, {value}); };
  for (Node* node : nodes) {
    check(node);
    for (torch::jit::Block* block : node->blocks()) {
      ForEachNode(block, check);
    }
  }
  return writes;
}

// What crosses the cut, as the features return it, must not share memory where that matters: the
// activations become a leaf, which a second name would bypass, and what the head writes is cloned,
// which a second name would not see.
void RequireOneName(const std::shared_ptr<Graph>& features, const std::vector<Value*>& outputs,
                    const std::vector<Value*>& written, const std::string& layer) {
  const torch::jit::AliasDb aliases(features);
  std::vector<Value*> delicate = written;
  delicate.push_back(outputs.at(0));
  for (Value* value : delicate) {
    for (Value* other : outputs) {
      if (IsSecondName(aliases, other, value)) {
        RefuseSecondName(layer);
      }
    }
  }
}

// Leaves the nodes in front of the marker. Returns what the features hand over: `carried` with the
// marker's input in its first place.
std::vector<Value*> KeepFeaturesOnly(Graph& graph, Node* marker, const std::vector<Value*>& carried,
                                     const std::vector<Node*>& behind) {
  std::vector<Value*> outputs = carried;
  outputs.at(0) = marker->input();
  while (!graph.outputs().empty()) {
    graph.eraseOutput(0);
  }
  std::for_each(behind.rbegin(), behind.rend(), [](Node* node) { node->destroy(); });
  marker->output()->replaceAllUsesWith(marker->input());
  marker->destroy();
  Node* tuple = graph.createTuple(outputs);
  graph.appendNode(tuple);
  graph.registerOutput(tuple->output());
  return outputs;
}

// The carried tensors that the nodes of the head write in place, as positions.
std::vector<std::size_t> WrittenPositions(const std::shared_ptr<Graph>& graph,
                                          const std::vector<Value*>& carried,
                                          const std::vector<Node*>& behind) {
  const torch::jit::AliasDb aliases(graph);
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < carried.size(); ++i) {
    if (IsTensor(carried[i]) && WritesTo(aliases, behind, carried[i])) {
      positions.push_back(i);
    }
  }
  return positions;
}

}  // namespace

CutGraphs CutBehind(std::shared_ptr<Graph> graph, Node* marker, const std::string& layer) {
  const auto behind = NodesBehind(marker);
  HeadBuilder head(*graph, marker, layer);
  for (Node* node : behind) {
    head.CopyNode(node);
  }
  for (Value* output : graph->outputs()) {
    head.CopyOutput(output);
  }
  const auto carried = head.carried();
  const auto written = WrittenPositions(graph, carried, behind);
  const auto outputs = KeepFeaturesOnly(*graph, marker, carried, behind);
  std::vector<Value*> written_outputs;
  for (const std::size_t position : written) {
    head.CloneOnEntry(carried[position]);
    written_outputs.push_back(outputs[position]);
  }
  RequireOneName(graph, outputs, written_outputs, layer);
  torch::jit::EliminateDeadCode(graph);
  graph->lint();
  return {.features = std::move(graph), .head = head.Take()};
}

}  // namespace gradcam
