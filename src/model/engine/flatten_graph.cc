#include "model/engine/flatten_graph.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

constexpr auto kOperators = std::to_array<std::string_view>({
    "aten::Int",
    "aten::_convolution",
    "aten::abs",
    "aten::adaptive_avg_pool2d",
    "aten::add",
    "aten::avg_pool2d",
    "aten::batch_norm",
    "aten::bmm",
    "aten::cat",
    "aten::ceil",
    "aten::chunk",
    "aten::clamp",
    "aten::constant_pad_nd",
    "aten::contiguous",
    "aten::conv2d",
    "aten::conv_transpose2d",
    "aten::detach",
    "aten::div",
    "aten::dropout",
    "aten::elu",
    "aten::exp",
    "aten::expand_as",
    "aten::flatten",
    "aten::floor_divide",
    "aten::floordiv",
    "aten::gelu",
    "aten::group_norm",
    "aten::hardsigmoid",
    "aten::hardswish",
    "aten::hardtanh",
    "aten::layer_norm",
    "aten::leaky_relu",
    "aten::linear",
    "aten::matmul",
    "aten::max_pool2d",
    "aten::mean",
    "aten::mish",
    "aten::mul",
    "aten::neg",
    "aten::pad",
    "aten::permute",
    "aten::pow",
    "aten::prelu",
    "aten::relu",
    "aten::relu6",
    "aten::reshape",
    "aten::reshape_as",
    "aten::rsqrt",
    "aten::rsub",
    "aten::scaled_dot_product_attention",
    "aten::select",
    "aten::sigmoid",
    "aten::silu",
    "aten::size",
    "aten::slice",
    "aten::softmax",
    "aten::softplus",
    "aten::split",
    "aten::split_with_sizes",
    "aten::sqrt",
    "aten::squeeze",
    "aten::stack",
    "aten::sub",
    "aten::sum",
    "aten::tanh",
    "aten::transpose",
    "aten::unsqueeze",
    "aten::upsample_bilinear2d",
    "aten::upsample_nearest2d",
    "aten::view",
    "prim::Constant",
    "prim::ListConstruct",
    "prim::ListUnpack",
    "prim::NumToTensor",
});

Error Unsupported(const std::string& what) {
  return {ErrorKind::kModel, "its features half holds " + what};
}

std::optional<NumberType> NumberTypeOf(at::ScalarType type) {
  switch (type) {
    case at::kBool:
      return NumberType::kBool;
    case at::kByte:
      return NumberType::kUint8;
    case at::kInt:
      return NumberType::kInt32;
    case at::kLong:
      return NumberType::kInt64;
    case at::kHalf:
      return NumberType::kFloat16;
    case at::kBFloat16:
      return NumberType::kBfloat16;
    case at::kFloat:
      return NumberType::kFloat32;
    case at::kDouble:
      return NumberType::kFloat64;
    default:
      return std::nullopt;
  }
}

FlatType TypeOf(const c10::Type& type) {
  using Kind = FlatType::Kind;
  switch (type.kind()) {
    case c10::TypeKind::TensorType: {
      const auto scalar = type.expectRef<c10::TensorType>().scalarType();
      return {.kind = Kind::kTensor,
              .is_list = false,
              .number = scalar ? NumberTypeOf(*scalar) : std::nullopt};
    }
    case c10::TypeKind::ListType: {
      FlatType element = TypeOf(*type.expectRef<c10::ListType>().getElementType());
      if (element.is_list) return {};
      element.is_list = true;
      return element;
    }
    case c10::TypeKind::NoneType:
      return {.kind = Kind::kNone, .is_list = false, .number = {}};
    case c10::TypeKind::BoolType:
      return {.kind = Kind::kBool, .is_list = false, .number = {}};
    case c10::TypeKind::IntType:
      return {.kind = Kind::kInt, .is_list = false, .number = {}};
    case c10::TypeKind::FloatType:
      return {.kind = Kind::kFloat, .is_list = false, .number = {}};
    case c10::TypeKind::StringType:
    case c10::TypeKind::DeviceObjType:
      return {.kind = Kind::kString, .is_list = false, .number = {}};
    default:
      return {};
  }
}

FlatTensor FlatTensorOf(const at::Tensor& tensor) {
  const auto type = NumberTypeOf(tensor.scalar_type());
  if (!type) throw Unsupported("numbers of type " + std::string(tensor.dtype().name()));
  const auto owner = std::make_shared<const at::Tensor>(tensor.contiguous());
  return {.type = *type,
          .shape = tensor.sizes().vec(),
          .data = std::shared_ptr<const void>(owner, owner->const_data_ptr())};
}

FlatConstant FlatConstantOf(const c10::IValue& value) {
  if (value.isNone()) return std::monostate();
  if (value.isBool()) return value.toBool();
  if (value.isInt()) return value.toInt();
  if (value.isDouble()) return value.toDouble();
  if (value.isString()) return value.toStringRef();
  if (value.isDevice()) return value.toDevice().str();
  if (value.isIntList()) return value.toIntVector();
  if (value.isDoubleList()) return value.toDoubleVector();
  if (value.isTensor()) return FlatTensorOf(value.toTensor());
  if (value.isBoolList()) {
    const auto list = value.toBoolList();
    return std::vector<bool>(list.begin(), list.end());
  }
  throw Unsupported("a constant of type " + value.tagKind());
}

class Flattener {
 public:
  explicit Flattener(const Graph& graph) {
    const auto inputs = graph.inputs();
    flat_.input = Add(inputs.at(1));
    flat_.values[flat_.input] = {
        .kind = FlatType::Kind::kTensor, .is_list = false, .number = NumberType::kFloat32};
    const Node* results = graph.outputs().at(0)->node();
    for (const Node* node : graph.nodes()) {
      if (node != results) AddNode(*node);
    }
    for (const Value* output : results->inputs()) {
      const auto kind = output->type()->kind();
      if (kind != c10::TypeKind::TensorType && kind != c10::TypeKind::IntType) {
        throw Unsupported("a value of type " + output->type()->str() + " that crosses the cut");
      }
      flat_.outputs.push_back(IdOf(output));
    }
  }

  FlatGraph Take() { return std::move(flat_); }

 private:
  std::size_t Add(const Value* value) {
    flat_.values.push_back(TypeOf(*value->type()));
    return ids_[value] = flat_.values.size() - 1;
  }

  std::size_t IdOf(const Value* value) const {
    const auto found = ids_.find(value);
    if (found == ids_.end()) throw Unsupported("a use of '" + value->debugName() + "'");
    return found->second;
  }

  void AddNode(const Node& node) {
    const std::string name = node.kind().toQualString();
    if (!std::ranges::binary_search(kOperators, name)) {
      throw Unsupported("the operator " + name);
    }
    FlatNode flat{.name = name, .inputs = {}, .outputs = {}, .constant = {}};
    for (const Value* input : node.inputs()) flat.inputs.push_back(IdOf(input));
    for (const Value* output : node.outputs()) flat.outputs.push_back(Add(output));
    if (node.kind() == c10::prim::Constant) {
      const auto value = torch::jit::toIValue(node.output());
      if (!value) throw Unsupported("a constant of type " + node.output()->type()->str());
      flat.constant = FlatConstantOf(*value);
    }
    flat_.nodes.push_back(std::move(flat));
  }

  FlatGraph flat_;
  std::unordered_map<const Value*, std::size_t> ids_;
};

}  // namespace

std::span<const std::string_view> FlatOperators() { return kOperators; }

FlatGraph FlattenGraph(const Graph& graph) { return Flattener(graph).Take(); }

}  // namespace gradcam
