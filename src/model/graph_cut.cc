#include "model/graph_cut.h"

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "gradcam/error.h"
#include "model/graph_walk.h"

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
  HeadBuilder(const Graph& source, Node* marker, const std::string& layer)
      : source_(source), layer_(layer), head_(std::make_shared<Graph>()) {
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
    if (node->kind() == c10::prim::GetAttr && AttributePath(source_, value)) {
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

  const Graph& source_;
  const std::string& layer_;
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

// A leaf of autograd may not be written in place, and the features' tensors must survive the head.
void ProtectCarried(HeadBuilder& head, const torch::jit::AliasDb& aliases,
                    const std::vector<Node*>& behind, const std::string& layer) {
  const auto carried = head.carried();
  for (Value* value : carried) {
    if (!IsTensor(value) || !WritesTo(aliases, behind, value)) {
      continue;
    }
    const bool has_second_name = std::any_of(carried.begin(), carried.end(), [&](Value* other) {
      return other != value && IsTensor(other) && aliases.mayAlias(other, value);
    });
    if (has_second_name) {
      throw Error(ErrorKind::kUsage,
                  "cannot cut behind layer '" + layer +
                      "': an in-place operation behind it writes memory that the network also "
                      "reads under another name",
                  "choose a layer further back or in front; 'gradcam layers' lists them");
    }
    head.CloneOnEntry(value);
  }
}

void KeepFeaturesOnly(Graph& graph, Node* marker, const std::vector<Value*>& carried,
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
  ProtectCarried(head, torch::jit::AliasDb(graph), behind, layer);
  KeepFeaturesOnly(*graph, marker, head.carried(), behind);
  torch::jit::EliminateDeadCode(graph);
  graph->lint();
  return {.features = std::move(graph), .head = head.Take()};
}

}  // namespace gradcam
