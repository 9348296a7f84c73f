#include "model/engine/fused_convolutions.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// A two-dimensional convolution with constant arguments.
struct Convolution {
  at::Tensor weight;
  std::optional<at::Tensor> bias;
  std::vector<std::int64_t> stride;
  std::vector<std::int64_t> padding;
  std::vector<std::int64_t> dilation;
  std::int64_t groups = 1;
};

std::optional<Convolution> ReadConvolution(const Node* node) {
  const bool is_old = node->kind() == c10::aten::_convolution;
  if (!is_old && node->kind() != c10::aten::conv2d) return std::nullopt;
  std::vector<c10::IValue> values(1);  // the input has no value yet
  for (std::size_t i = 1; i < (is_old ? 9U : 7U); ++i) {
    auto value = torch::jit::toIValue(node->input(i));
    if (!value) return std::nullopt;
    values.push_back(std::move(*value));
  }
  const bool is_transposed = is_old && values[6].toBool();
  if (is_transposed || !values[1].isTensor() || values[1].toTensor().dim() != 4 ||
      !values[4].isIntList()) {
    return std::nullopt;
  }
  Convolution convolution{.weight = values[1].toTensor(),
                          .bias = {},
                          .stride = values[3].toIntVector(),
                          .padding = values[4].toIntVector(),
                          .dilation = values[5].toIntVector(),
                          .groups = values[is_old ? 8 : 6].toInt()};
  if (values[2].isTensor()) convolution.bias = values[2].toTensor();
  return convolution;
}

// The only node that uses the output of `node`, if there is only one.
Node* OnlyUser(const Node* node) {
  const auto& uses = node->output()->uses();
  Node* user = uses.size() == 1 ? uses.front().user : nullptr;
  return user != nullptr && user->owningBlock() == node->owningBlock() ? user : nullptr;
}

// An activation as oneDNN's operators name it.
struct Activation {
  std::string name = "none";
  std::vector<double> numbers;  // the bounds of hardtanh, the slope of leaky_relu
  std::string algorithm;        // of gelu: "none" or "tanh"
};

// What the inputs of `node` behind the first are; nothing unless all are constants.
std::optional<std::vector<c10::IValue>> ConstantsOf(const Node* node) {
  std::vector<c10::IValue> constants;
  for (const Value* input : node->inputs().slice(1)) {
    auto constant = torch::jit::toIValue(input);
    if (!constant) return std::nullopt;
    constants.push_back(std::move(*constant));
  }
  return constants;
}

std::optional<Activation> ReadActivation(const Node* node) {
  static const std::unordered_map<c10::Symbol, std::string> kNames = {
      {c10::aten::relu, "relu"},
      {c10::aten::silu, "swish"},
      {c10::aten::tanh, "tanh"},
      {c10::aten::sigmoid, "sigmoid"},
      {c10::aten::hardsigmoid, "hardsigmoid"},
      {c10::aten::hardswish, "hardswish"},
      {c10::aten::hardtanh, "hardtanh"},
      {c10::aten::leaky_relu, "leaky_relu"},
      {c10::aten::gelu, "gelu"}};
  const auto name = kNames.find(node->kind());
  const auto constants = name != kNames.end() ? ConstantsOf(node) : std::nullopt;
  if (!constants) return std::nullopt;
  Activation activation{.name = name->second, .numbers = {}, .algorithm = {}};
  for (const c10::IValue& constant : *constants) {
    if (constant.isString()) {
      activation.algorithm = constant.toStringRef();
    } else {
      activation.numbers.push_back(constant.toScalar().toDouble());
    }
  }
  return activation;
}

// What is computed together with a convolution.
struct Fusion {
  std::vector<Node*> nodes;  // the convolution first; the last one's output is the result
  Value* added = nullptr;    // a tensor, of the same shape if all goes well, or nothing
  Activation activation;
};

// The tensor that `node` adds to the output of `convolution`, of which both must be computed
// before.
Value* AddedTensor(const Node* node, const Node* convolution) {
  if (node->kind() != c10::aten::add || node->inputs().size() != 3) return nullptr;
  const auto factor = torch::jit::toIValue(node->input(2));
  if (!factor || factor->toScalar().toDouble() != 1) return nullptr;
  Value* other = node->input(node->input(0) == convolution->output() ? 1 : 0);
  const bool is_result_of_a_node =
      other->node()->kind() != c10::prim::Constant && other->node()->kind() != c10::prim::Param;
  return other != convolution->output() && is_result_of_a_node &&
                 other->type()->kind() == c10::TypeKind::TensorType
             ? other
             : nullptr;
}

Fusion FindFusion(Node* convolution, FusedAdditions additions) {
  Fusion fusion{.nodes = {convolution}, .added = nullptr, .activation = {}};
  Node* user = OnlyUser(convolution);
  if (user == nullptr) return fusion;
  Value* added = additions == FusedAdditions::kAll ? AddedTensor(user, convolution) : nullptr;
  if (added != nullptr) {
    fusion.added = added;
    fusion.nodes.push_back(user);
    user = OnlyUser(user);
  }
  const auto activation = user == nullptr ? std::nullopt : ReadActivation(user);
  // Behind an addition oneDNN's operator knows relu alone.
  if (activation && (fusion.added == nullptr || activation->name == "relu")) {
    fusion.activation = *activation;
    fusion.nodes.push_back(user);
  }
  return fusion;
}

// The weights in the layout that oneDNN chooses for this convolution.
at::Tensor Reordered(const Convolution& convolution, at::ScalarType type) {
  static const auto reorder =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_reorder_convolution_weight", "");
  const auto weight = convolution.weight.to(type).contiguous(at::MemoryFormat::ChannelsLast);
  torch::jit::Stack stack = {weight,
                             convolution.padding,
                             convolution.stride,
                             convolution.dilation,
                             convolution.groups,
                             c10::IValue()};
  reorder.callBoxed(&stack);
  return stack.at(0).toTensor();
}

// Builds the operators that replace convolutions.
class FusedNodes {
 public:
  FusedNodes(Graph& graph, at::ScalarType type) : graph_(graph), type_(type) {}

  void Replace(const Convolution& convolution, Value* input, const Fusion& fusion) {
    Node* last = fusion.nodes.back();
    const torch::jit::WithInsertPoint here(last);
    weights_.push_back(Reordered(convolution, type_));
    std::vector<Value*> inputs = {input};
    if (fusion.added != nullptr) inputs.push_back(fusion.added);
    inputs.push_back(graph_.addInput()->setType(c10::TensorType::get()));
    inputs.push_back(convolution.bias ? Constant(convolution.bias->to(type_)) : None());
    inputs.push_back(Constant(convolution.padding));
    inputs.push_back(Constant(convolution.stride));
    inputs.push_back(Constant(convolution.dilation));
    inputs.push_back(Constant(convolution.groups));
    if (fusion.added == nullptr) {
      inputs.push_back(Constant(fusion.activation.name));
    } else {
      inputs.push_back(Constant(std::string("add")));
      inputs.push_back(Constant(1.0));  // the factor of what is added
      const bool none = fusion.activation.name == "none";
      inputs.push_back(none ? None() : Constant(fusion.activation.name));
    }
    inputs.push_back(Numbers(fusion.activation));
    inputs.push_back(Constant(fusion.activation.algorithm));
    Node* node =
        graph_.create(c10::Symbol::fromQualString("mkldnn::_convolution_pointwise"), inputs, 1);
    graph_.insertNode(node);
    last->output()->replaceAllUsesWith(node->output());
    // At once: a node that is dead but there would count as a user of other convolutions.
    std::for_each(fusion.nodes.rbegin(), fusion.nodes.rend(), [](Node* old) { old->destroy(); });
  }

  std::vector<at::Tensor> TakeWeights() { return std::move(weights_); }

 private:
  Value* Constant(const c10::IValue& value) { return graph_.insertConstant(value); }
  Value* None() { return graph_.insertConstant(c10::IValue()); }

  Value* Numbers(const Activation& activation) {
    std::vector<Value*> values;
    values.reserve(activation.numbers.size());
    for (const double number : activation.numbers) values.push_back(Constant(number));
    Node* list = graph_.createList(c10::OptionalType::create(c10::NumberType::get()), values);
    graph_.insertNode(list);
    return list->output();
  }

  Graph& graph_;
  at::ScalarType type_;
  std::vector<at::Tensor> weights_;
};

}  // namespace

std::vector<at::Tensor> FuseConvolutions(Graph& graph, at::ScalarType type,
                                         FusedAdditions additions) {
  std::vector<std::pair<Node*, Convolution>> convolutions;
  for (Node* node : graph.nodes()) {
    if (auto convolution = ReadConvolution(node)) convolutions.emplace_back(node, *convolution);
  }
  FusedNodes fused(graph, type);
  for (const auto& [node, convolution] : convolutions) {
    fused.Replace(convolution, node->input(0), FindFusion(node, additions));
  }
  torch::jit::EliminateDeadCode(graph.block());
  graph.lint();
  return fused.TakeWeights();
}

}  // namespace gradcam
