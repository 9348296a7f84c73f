#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// A tensor as a pickle describes it; nothing of it has been checked.
struct PickledTensor {
  std::string storage;  // name of its record
  at::ScalarType dtype = at::kFloat;
  std::int64_t storage_numel = 0;
  std::int64_t offset = 0;  // in elements
  std::vector<std::int64_t> sizes;
  std::vector<std::int64_t> strides;  // in elements; as many as sizes
};

// How the outside of a pickle is resolved.
struct PickleResolver {
  std::function<at::Tensor(const PickledTensor&)> tensor;
  // The type that "List[Tensor]" or "__torch__.Net" stands for.
  std::function<c10::TypePtr(const std::string&)> type;
  // An object of the class with the state that the pickle holds for it.
  std::function<c10::IValue(const c10::ClassTypePtr&, const c10::IValue& state)> object;
};

// The value of a pickle as torch.jit.save writes it: numbers, strings, devices (always the CPU),
// tensors, tuples, lists, dicts, enums and objects of the file's own classes; no other global is
// looked up and nothing is imported or called but the resolver. Containers carry the element types
// that the pickle states, checked against their elements. Throws Error(kModel).
[[nodiscard]] c10::IValue ReadPickledValue(std::string_view pickle, const PickleResolver& resolver);

// True if `value` is what a variable of `type` may hold, element by element where the value itself
// carries no type (tuples).
[[nodiscard]] bool ConformsTo(const c10::IValue& value, const c10::Type& type);

}  // namespace gradcam
