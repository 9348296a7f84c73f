#include "openvino/graph_decoder.h"

#include <openvino/frontend/exception.hpp>
#include <openvino/op/constant.hpp>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <variant>

namespace gradcam {
namespace {

namespace types = ov::frontend::type;
using ov::op::v0::Constant;

ov::element::Type ElementOf(NumberType type) {
  switch (type) {
    case NumberType::kBool:
      return ov::element::boolean;
    case NumberType::kUint8:
      return ov::element::u8;
    case NumberType::kInt32:
      return ov::element::i32;
    case NumberType::kInt64:
      return ov::element::i64;
    case NumberType::kFloat16:
      return ov::element::f16;
    case NumberType::kBfloat16:
      return ov::element::bf16;
    case NumberType::kFloat32:
      return ov::element::f32;
    case NumberType::kFloat64:
      return ov::element::f64;
  }
  return ov::element::dynamic;
}

ov::Any ElementTypeOf(const FlatType& type) {
  using Kind = FlatType::Kind;
  switch (type.kind) {
    case Kind::kNone:
      return types::PyNone();
    case Kind::kBool:
      return types::PyScalar(ov::Any(ov::element::boolean));
    case Kind::kInt:
      return types::PyScalar(ov::Any(ov::element::i64));
    case Kind::kFloat:
      return types::PyScalar(ov::Any(ov::element::f32));
    case Kind::kString:
      return types::Str();
    case Kind::kTensor:
      return types::Tensor(ov::Any(type.number ? ElementOf(*type.number) : ov::element::dynamic));
    case Kind::kOther:
      break;
  }
  return ov::element::dynamic;
}

ov::Any AnyTypeOf(const FlatType& type) {
  return type.is_list ? types::List(ElementTypeOf(type)) : ElementTypeOf(type);
}

// Shares the tensor's memory and keeps it.
std::shared_ptr<ov::Node> TensorConstant(const FlatTensor& tensor) {
  const ov::Shape shape(tensor.shape.begin(), tensor.shape.end());
  return std::make_shared<Constant>(ElementOf(tensor.type), shape, tensor.data.get(),
                                    std::const_pointer_cast<void>(tensor.data));
}

template <typename Number>
std::shared_ptr<ov::Node> NumbersConstant(ov::element::Type type,
                                          const std::vector<Number>& numbers) {
  return Constant::create(type, ov::Shape{numbers.size()}, numbers);
}

// Nothing for None and for strings, which have no tensor.
std::shared_ptr<ov::Node> ConstantOf(const FlatConstant& constant) {
  return std::visit(
      [](const auto& value) -> std::shared_ptr<ov::Node> {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, bool>) {
          return Constant::create(ov::element::boolean, ov::Shape{}, {value});
        } else if constexpr (std::is_same_v<Value, std::int64_t>) {
          return Constant::create(ov::element::i64, ov::Shape{}, {value});
        } else if constexpr (std::is_same_v<Value, double>) {
          return Constant::create(ov::element::f32, ov::Shape{}, {static_cast<float>(value)});
        } else if constexpr (std::is_same_v<Value, std::vector<std::int64_t>>) {
          return NumbersConstant(ov::element::i64, value);
        } else if constexpr (std::is_same_v<Value, std::vector<double>>) {
          return NumbersConstant(ov::element::f32, value);
        } else if constexpr (std::is_same_v<Value, std::vector<bool>>) {
          return NumbersConstant(ov::element::boolean,
                                 std::vector<char>(value.begin(), value.end()));
        } else if constexpr (std::is_same_v<Value, FlatTensor>) {
          return TensorConstant(value);
        } else {
          return nullptr;
        }
      },
      constant);
}

std::vector<std::string> Names(const std::vector<size_t>& values) {
  std::vector<std::string> names;
  names.reserve(values.size());
  for (const size_t value : values) names.push_back("v" + std::to_string(value));
  return names;
}

}  // namespace

GraphDecoder::GraphDecoder(std::shared_ptr<const FlatGraph> graph, ov::PartialShape shape)
    : graph_(std::move(graph)), shape_(std::move(shape)) {
  inputs_ = {graph_->input};
  outputs_ = graph_->outputs;
  NameValues();
}

GraphDecoder::GraphDecoder(std::shared_ptr<const FlatGraph> graph, const FlatNode& node)
    : graph_(std::move(graph)), node_(&node), name_(node.name) {
  inputs_ = node.inputs;
  outputs_ = node.outputs;
  if (node.constant && std::holds_alternative<std::string>(*node.constant)) {
    text_ = std::get<std::string>(*node.constant);
  }
  NameValues();
}

void GraphDecoder::NameValues() {
  input_names_ = Names(inputs_);
  output_names_ = Names(outputs_);
}

ov::Any GraphDecoder::get_input_type(size_t index) const {
  return AnyTypeOf(graph_->values.at(inputs_.at(index)));
}

ov::Any GraphDecoder::get_output_type(size_t index) const {
  return AnyTypeOf(graph_->values.at(outputs_.at(index)));
}

ov::PartialShape GraphDecoder::get_input_shape(size_t /*index*/) const {
  return node_ == nullptr ? shape_ : ov::PartialShape::dynamic();
}

ov::PartialShape GraphDecoder::get_output_shape(size_t /*index*/) const {
  return ov::PartialShape::dynamic();
}

bool GraphDecoder::input_is_none(size_t index) const {
  return index >= inputs_.size() || graph_->values.at(inputs_[index]).kind == FlatType::Kind::kNone;
}

ov::OutputVector GraphDecoder::as_constant() const {
  if (node_ == nullptr || !node_->constant) return {};
  const auto constant = ConstantOf(*node_->constant);
  return constant ? constant->outputs() : ov::OutputVector();
}

const std::string& GraphDecoder::as_string() const { return text_; }

const std::string& GraphDecoder::get_input_debug_name(size_t index) const {
  return input_names_.at(index);
}

const std::string& GraphDecoder::get_input_signature_name(size_t index) const {
  return input_names_.at(index);
}

const std::string& GraphDecoder::get_output_debug_name(size_t index) const {
  return output_names_.at(index);
}

void GraphDecoder::visit_subgraph(std::function<void(std::shared_ptr<TorchDecoder>)> visit) const {
  if (node_ != nullptr) return;
  for (const FlatNode& node : graph_->nodes) visit(std::make_shared<GraphDecoder>(graph_, node));
}

std::shared_ptr<ov::frontend::pytorch::TorchDecoder> GraphDecoder::get_subgraph_decoder(
    size_t /*index*/) const {
  return nullptr;
}

std::shared_ptr<ov::frontend::pytorch::TorchDecoder> GraphDecoder::get_inlined_input_decoder(
    size_t /*index*/) const {
  return nullptr;
}

ov::Any GraphDecoder::const_input(size_t /*index*/) const {
  throw std::logic_error("a flat graph has no constant inputs");
}

std::shared_ptr<ov::Node> GraphDecoder::mark_node(std::shared_ptr<ov::Node> node) const {
  return node;
}

ov::Any GraphDecoder::get_attribute(const std::string& /*name*/) const { return nullptr; }

size_t GraphDecoder::get_named_input(const std::string& name) const {
  throw std::logic_error("a flat graph has no input named " + name);
}

ov::OutputVector GraphDecoder::convert(const ov::frontend::NodeContext* /*context*/) const {
  return {};
}

}  // namespace gradcam
