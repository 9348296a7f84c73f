#include "model/archive/pickle_calls.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/enum_type.h>

#include <map>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using c10::IValue;

[[noreturn]] void Quantized() {
  throw Error(ErrorKind::kModel,
              "it is a quantized network, and no gradient flows through quantized layers",
              "export the float network that it was made from");
}

std::int64_t Integer(const IValue& value) {
  if (!value.isInt()) {
    ThrowDamagedPickle("a number is missing");
  }
  return value.toInt();
}

std::string Text(const IValue& value) {
  if (!value.isString()) {
    ThrowDamagedPickle("a string is missing");
  }
  return value.toStringRef();
}

std::vector<std::int64_t> Integers(const IValue& value) {
  std::vector<std::int64_t> numbers;
  for (const IValue& element : PickleCalls::TupleElements(value, 0)) {
    numbers.push_back(Integer(element));
  }
  return numbers;
}

at::ScalarType StorageType(const std::string& name) {
  static const std::map<std::string, at::ScalarType, std::less<>> types{
      {"BoolStorage", at::kBool},
      {"ByteStorage", at::kByte},
      {"CharStorage", at::kChar},
      {"ShortStorage", at::kShort},
      {"IntStorage", at::kInt},
      {"LongStorage", at::kLong},
      {"HalfStorage", at::kHalf},
      {"BFloat16Storage", at::kBFloat16},
      {"FloatStorage", at::kFloat},
      {"DoubleStorage", at::kDouble},
      {"ComplexHalfStorage", at::kComplexHalf},
      {"ComplexFloatStorage", at::kComplexFloat},
      {"ComplexDoubleStorage", at::kComplexDouble},
  };
  const auto found = types.find(name);
  if (found != types.end()) {
    return found->second;
  }
  if (name.starts_with("QInt") || name.starts_with("QUInt")) {
    Quantized();
  }
  throw Error(ErrorKind::kModel, "it holds numbers of the unsupported kind '" + name + "'",
              "export the network in float32");
}

template <typename T>
IValue TypedList(const IValue& untyped) {
  c10::List<T> typed;
  for (const IValue& element : untyped.toListRef()) {
    if (!ConformsTo(element, *typed.elementType())) {
      ThrowDamagedPickle("a list holds elements of different kinds");
    }
    typed.push_back(element.to<T>());
  }
  return typed;
}

}  // namespace

void ThrowDamagedPickle(const std::string& what) {
  throw Error(ErrorKind::kModel, "its pickle is damaged: " + what);
}

std::vector<IValue> PickleCalls::TupleElements(const IValue& value, std::size_t at_least) {
  if (!value.isTuple() || value.toTupleRef().elements().size() < at_least) {
    ThrowDamagedPickle("a tuple is missing");
  }
  return value.toTupleRef().elements().vec();
}

IValue PickleCalls::Storage(const IValue& id) {
  const auto parts = TupleElements(id, 5);
  const auto type = StandIn<PickledGlobal>(parts[1], "storage type");
  if (Text(parts[0]) != "storage" || type->module != "torch") {
    ThrowDamagedPickle("a storage is missing");
  }
  auto storage = c10::make_intrusive<PickledStorage>();
  storage->dtype = StorageType(type->name);
  storage->key = Text(parts[2]);
  storage->numel = Integer(parts[4]);
  return IValue::make_capsule(std::move(storage));
}

c10::TypePtr PickleCalls::TypeOf(const PickledGlobal& global) {
  const std::string name = global.module + "." + global.name;
  if (name.starts_with("__torch__.torch.classes.quantized")) {
    Quantized();
  }
  if (name.starts_with("__torch__.torch.classes.")) {
    throw Error(ErrorKind::kModel, "it holds an object of the C++ class '" + name.substr(10) + "'",
                "export the network without extension classes");
  }
  if (name != "__torch__" && !name.starts_with("__torch__.")) {
    throw Error(ErrorKind::kModel, "it refers to '" + name + "', which no TorchScript file does");
  }
  return resolver_.type(name);
}

IValue PickleCalls::Call(const PickledGlobal& function, const IValue& argument) {
  const bool of_utils = function.module == "torch._utils";
  if (of_utils || function.module == "torch.jit._pickle") {
    const auto arguments = TupleElements(argument, 0);
    return of_utils ? CallTorchUtils(function, arguments) : CallJitPickle(function, arguments);
  }
  if (function.module == "torch" && function.name == "device") {
    return c10::Device(c10::kCPU);
  }
  if (function.module == "collections" && function.name == "OrderedDict") {
    return c10::impl::GenericDict(c10::AnyType::get(), c10::AnyType::get());
  }
  if (function.module == "builtins" && function.name == "complex") {
    const auto parts = TupleElements(argument, 2);
    if (!parts[0].isDouble() || !parts[1].isDouble()) {
      ThrowDamagedPickle("a number is missing");
    }
    return c10::complex<double>(parts[0].toDouble(), parts[1].toDouble());
  }
  return MakeEnum(TypeOf(function), argument);
}

IValue PickleCalls::MakeEnum(const c10::TypePtr& type, const IValue& value) {
  const auto enum_type = type->cast<c10::EnumType>();
  if (enum_type == nullptr) {
    ThrowDamagedPickle("it calls a class");
  }
  for (const auto& [name, known] : enum_type->enumNamesValues()) {
    if (known.tagKind() == value.tagKind() && known == value) {
      return IValue(c10::make_intrusive<c10::ivalue::EnumHolder>(enum_type, name, known));
    }
  }
  ThrowDamagedPickle("an enum has no such value");
}

IValue PickleCalls::CallTorchUtils(const PickledGlobal& function,
                                   const std::vector<IValue>& arguments) {
  if (function.name == "_rebuild_tensor_v2") {
    return RebuildTensor(arguments);
  }
  if (function.name == "_rebuild_parameter" && !arguments.empty() && arguments[0].isTensor()) {
    return arguments[0];
  }
  if (function.name == "_rebuild_qtensor") {
    Quantized();
  }
  throw Error(ErrorKind::kModel,
              "it holds a tensor of an unsupported kind ('" + function.name + "')",
              "export the network with plain dense tensors");
}

IValue PickleCalls::RebuildTensor(const std::vector<IValue>& arguments) {
  if (arguments.size() != 6) {
    throw Error(ErrorKind::kModel, "it holds a tensor of an unsupported kind",
                "export the network with plain dense tensors");
  }
  const auto storage = StandIn<PickledStorage>(arguments[0], "storage");
  return resolver_.tensor({storage->key, storage->dtype, storage->numel, Integer(arguments[1]),
                           Integers(arguments[2]), Integers(arguments[3])});
}

IValue PickleCalls::CallJitPickle(const PickledGlobal& function,
                                  const std::vector<IValue>& arguments) {
  if (arguments.size() == 1 && arguments[0].isList()) {
    if (function.name == "build_intlist") {
      return TypedList<std::int64_t>(arguments[0]);
    }
    if (function.name == "build_doublelist") {
      return TypedList<double>(arguments[0]);
    }
    if (function.name == "build_boollist") {
      return TypedList<bool>(arguments[0]);
    }
    if (function.name == "build_tensorlist") {
      return TypedList<at::Tensor>(arguments[0]);
    }
  }
  ThrowDamagedPickle("'" + function.name + "' is not known");
}

IValue PickleCalls::RestoreType(const IValue& value, const std::string& type_name) {
  auto& type = types_[type_name];
  if (type == nullptr) {
    type = resolver_.type(type_name);
  }
  const auto mismatch = [&] { ThrowDamagedPickle("a value is not a " + type_name); };
  if (const auto list_type = type->cast<c10::ListType>(); list_type && value.isList()) {
    for (const IValue& element : value.toListRef()) {
      if (!ConformsTo(element, *list_type->getElementType())) {
        mismatch();
      }
    }
    value.toList().unsafeSetElementType(list_type->getElementType());
    return value;
  }
  if (const auto dict_type = type->cast<c10::DictType>(); dict_type && value.isGenericDict()) {
    auto dict = value.toGenericDict();
    for (const auto& entry : dict) {
      if (!ConformsTo(entry.key(), *dict_type->getKeyType()) ||
          !ConformsTo(entry.value(), *dict_type->getValueType())) {
        mismatch();
      }
    }
    dict.unsafeSetKeyType(dict_type->getKeyType());
    dict.unsafeSetValueType(dict_type->getValueType());
    return value;
  }
  mismatch();
  return value;
}

}  // namespace gradcam
