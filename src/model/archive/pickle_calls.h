#pragma once

#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <torch/custom_class.h>

#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/archive/pickle_values.h"

namespace gradcam {

// Stand-ins for what a pickle has on its stack beside plain values: a name, a storage.
struct PickledGlobal : torch::CustomClassHolder {
  PickledGlobal(std::string module_name, std::string class_name)
      : module(std::move(module_name)), name(std::move(class_name)) {}
  std::string module;
  std::string name;
};
struct PickledStorage : torch::CustomClassHolder {
  std::string key;
  at::ScalarType dtype = at::kFloat;
  std::int64_t numel = 0;
};

[[noreturn]] void ThrowDamagedPickle(const std::string& what);

// The stand-in that `value` holds; throws Error(kModel) if it holds none of this kind.
template <typename T>
[[nodiscard]] c10::intrusive_ptr<T> StandIn(const c10::IValue& value, const char* what) {
  if (value.isCapsule()) {
    const auto capsule = value.toCapsule();
    if (auto* const stand_in = dynamic_cast<T*>(capsule.get())) {
      return c10::intrusive_ptr<T>::unsafe_reclaim_from_nonowning(stand_in);
    }
  }
  ThrowDamagedPickle(std::string("a ") + what + " is missing");
}

// What the names in a pickle do when the pickle calls them. All throw Error(kModel).
class PickleCalls {
 public:
  explicit PickleCalls(const PickleResolver& resolver) : resolver_(resolver) {}

  // The elements of a tuple of at least `at_least`.
  [[nodiscard]] static std::vector<c10::IValue> TupleElements(const c10::IValue& value,
                                                              std::size_t at_least);

  // A class of the file itself.
  [[nodiscard]] c10::TypePtr TypeOf(const PickledGlobal& global);

  // ("storage", torch.FloatStorage, key, location, number of elements) as a PickledStorage.
  [[nodiscard]] static c10::IValue Storage(const c10::IValue& id);

  [[nodiscard]] c10::IValue Call(const PickledGlobal& function, const c10::IValue& argument);

  // `value`, a list or dict, with the element types that `type_name` states.
  [[nodiscard]] c10::IValue RestoreType(const c10::IValue& value, const std::string& type_name);

 private:
  c10::IValue CallTorchUtils(const PickledGlobal& function,
                             const std::vector<c10::IValue>& arguments);
  c10::IValue CallJitPickle(const PickledGlobal& function,
                            const std::vector<c10::IValue>& arguments);
  c10::IValue RebuildTensor(const std::vector<c10::IValue>& arguments);
  c10::IValue MakeEnum(const c10::TypePtr& type, const c10::IValue& value);

  const PickleResolver& resolver_;
  std::unordered_map<std::string, c10::TypePtr> types_;
};

}  // namespace gradcam
