#include "model/graph/final_activation.h"

#include <torch/csrc/jit/ir/constants.h>

#include <map>
#include <set>

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

struct NamedValue {
  std::string key;
  Value* value;
};

void AppendTensors(const NamedValue& item, std::vector<NamedValue>& tensors);

void AppendTuple(Node* tuple, std::vector<NamedValue>& tensors) {
  const auto type = tuple->output()->type()->cast<c10::TupleType>();
  const auto* schema = type && type->schema() ? type->schema().get() : nullptr;
  for (std::size_t i = 0; i < tuple->inputs().size(); ++i) {
    AppendTensors({schema != nullptr ? schema->arguments().at(i).name() : "", tuple->input(i)},
                  tensors);
  }
}

void AppendDict(Node* dict, std::vector<NamedValue>& tensors) {
  for (std::size_t i = 0; i + 1 < dict->inputs().size(); i += 2) {
    const auto key = torch::jit::toIValue(dict->input(i));
    AppendTensors({key && key->isString() ? key->toStringRef() : "", dict->input(i + 1)}, tensors);
  }
}

// Walks the tree of tuples, lists and dicts that the graph itself builds.
void AppendTensors(const NamedValue& item, std::vector<NamedValue>& tensors) {
  if (item.value->type()->isSubtypeOf(*c10::TensorType::get())) {
    tensors.push_back(item);
    return;
  }
  Node* node = item.value->node();
  if (node->kind() == c10::prim::TupleConstruct) {
    AppendTuple(node, tensors);
  } else if (node->kind() == c10::prim::DictConstruct) {
    AppendDict(node, tensors);
  } else if (node->kind() == c10::prim::ListConstruct) {
    for (Value* element : node->inputs()) {
      AppendTensors({"", element}, tensors);
    }
  }
}

FinalActivation ActivationOf(const Node* node) {
  static const std::map<c10::Symbol, FinalActivation> kActivations = {
      {c10::aten::softmax, FinalActivation::kSoftmax},
      {c10::aten::_softmax, FinalActivation::kSoftmax},
      {c10::aten::log_softmax, FinalActivation::kLogSoftmax},
      {c10::aten::_log_softmax, FinalActivation::kLogSoftmax},
      {c10::aten::sigmoid, FinalActivation::kSigmoid},
      {c10::aten::log_sigmoid, FinalActivation::kLogSigmoid}};
  const auto found = kActivations.find(node->kind());
  return found == kActivations.end() ? FinalActivation::kNone : found->second;
}

bool KeepsValues(const Node* node) {
  static const std::set<c10::Symbol> kKinds = {
      c10::aten::squeeze, c10::aten::unsqueeze,  c10::aten::view,   c10::aten::reshape,
      c10::aten::flatten, c10::aten::contiguous, c10::aten::alias,  c10::aten::clone,
      c10::aten::detach,  c10::aten::to,         c10::aten::type_as};
  return kKinds.contains(node->kind());
}

FinalActivation Logarithm(FinalActivation activation) {
  return activation == FinalActivation::kSoftmax   ? FinalActivation::kLogSoftmax
         : activation == FinalActivation::kSigmoid ? FinalActivation::kLogSigmoid
                                                   : FinalActivation::kNone;
}

struct Scores {
  Value* value;
  FinalActivation activation;
};

// `value` without its final activation: the operations behind the activation are repeated on the
// activation's input.
Scores WithoutActivation(Graph& graph, Value* value) {
  std::vector<Node*> reshapes;  // from the output upwards
  bool logarithm = false;
  Node* node = value->node();
  for (; KeepsValues(node) || (node->kind() == c10::aten::log && !logarithm);
       node = node->input(0)->node()) {
    if (node->kind() == c10::aten::log) {
      logarithm = true;
    } else {
      reshapes.push_back(node);
    }
  }
  auto activation = ActivationOf(node);
  if (logarithm) {
    activation = Logarithm(activation);
  }
  if (activation == FinalActivation::kNone) {
    return {value, activation};
  }
  Value* scores = node->input(0);
  for (auto reshape = reshapes.rbegin(); reshape != reshapes.rend(); ++reshape) {
    Value* const input = scores;
    Node* copy = graph.createClone(*reshape, [&](Value* original) {
      return original == (*reshape)->input(0) ? input : original;
    });
    graph.appendNode(copy);
    scores = copy->output();
  }
  return {scores, activation};
}

}  // namespace

std::vector<OutputTensor> ExposeScores(Graph& graph) {
  std::vector<NamedValue> tensors;
  AppendTensors({"", graph.outputs().at(0)}, tensors);
  if (tensors.empty()) {
    return {};
  }
  std::vector<OutputTensor> outputs;
  std::vector<Value*> flat;
  for (const auto& tensor : tensors) {
    const auto scores = WithoutActivation(graph, tensor.value);
    outputs.push_back({tensor.key, scores.activation});
    flat.push_back(tensor.value);
    flat.push_back(scores.value);
  }
  Node* tuple = graph.createTuple(flat);
  graph.appendNode(tuple);
  graph.eraseOutput(0);
  graph.registerOutput(tuple->output());
  graph.lint();
  return outputs;
}

}  // namespace gradcam
