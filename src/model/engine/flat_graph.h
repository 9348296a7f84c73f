#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gradcam {

// A graph without branches as plain data: what a compiler that knows nothing of LibTorch needs.

enum class NumberType { kBool, kUint8, kInt32, kInt64, kFloat16, kBfloat16, kFloat32, kFloat64 };

struct FlatTensor {
  NumberType type = NumberType::kFloat32;
  std::vector<std::int64_t> shape;
  std::shared_ptr<const void> data;  // row-major; owns the memory, or shares the model file's
};

// None, a number, a string, a list of numbers or a tensor.
using FlatConstant =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<bool>,
                 std::vector<std::int64_t>, std::vector<double>, FlatTensor>;

struct FlatType {
  enum class Kind { kNone, kBool, kInt, kFloat, kString, kTensor, kOther };

  Kind kind = Kind::kOther;
  bool is_list = false;              // of elements of this kind
  std::optional<NumberType> number;  // of a tensor, where it is known
};

struct FlatNode {
  std::string name;  // of the operator: "aten::conv2d"
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
  std::optional<FlatConstant> constant;  // of "prim::Constant"
};

// Values are known by their position in `values`. Nodes stand in the order of computation and write
// nothing in place.
struct FlatGraph {
  std::vector<FlatType> values;
  std::vector<FlatNode> nodes;
  std::size_t input = 0;             // pictures, [N, 3, H, W], float32
  std::vector<std::size_t> outputs;  // tensors and integers
};

}  // namespace gradcam
