#include "model/pickle_values.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>
#include <ATen/core/enum_type.h>
#include <torch/custom_class.h>

#include <array>
#include <map>
#include <unordered_map>
#include <utility>

#include "gradcam/error.h"
#include "model/pickle_reader.h"

namespace gradcam {
namespace {

using c10::IValue;

// Deeper values would exhaust the stack of the code that walks or frees them.
constexpr int kMaxDepth = 256;

[[noreturn]] void Damaged(const std::string& what) {
  throw Error(ErrorKind::kModel, "its pickle is damaged: " + what);
}

[[noreturn]] void Quantized() {
  throw Error(ErrorKind::kModel,
              "it is a quantized network, and no gradient flows through quantized layers",
              "export the float network that it was made from");
}

// Stand-ins for what a pickle has on its stack beside plain values.
struct Global : torch::CustomClassHolder {
  Global(std::string module_name, std::string class_name)
      : module(std::move(module_name)), name(std::move(class_name)) {}
  std::string module;
  std::string name;
};
struct StorageRef : torch::CustomClassHolder {
  std::string key;
  at::ScalarType dtype = at::kFloat;
  std::int64_t numel = 0;
};
struct NewObject : torch::CustomClassHolder {
  c10::ClassTypePtr type;
};

template <typename T>
c10::intrusive_ptr<T> StandIn(const IValue& value, const char* what) {
  if (value.isCapsule()) {
    const auto capsule = value.toCapsule();
    if (auto* const stand_in = dynamic_cast<T*>(capsule.get())) {
      return c10::intrusive_ptr<T>::unsafe_reclaim_from_nonowning(stand_in);
    }
  }
  Damaged(std::string("a ") + what + " is missing");
}

std::vector<IValue> TupleElements(const IValue& value, std::size_t at_least) {
  if (!value.isTuple() || value.toTupleRef().elements().size() < at_least) {
    Damaged("a tuple is missing");
  }
  return value.toTupleRef().elements().vec();
}

std::int64_t Integer(const IValue& value) {
  if (!value.isInt()) {
    Damaged("a number is missing");
  }
  return value.toInt();
}

std::string Text(const IValue& value) {
  if (!value.isString()) {
    Damaged("a string is missing");
  }
  return value.toStringRef();
}

std::vector<std::int64_t> Integers(const IValue& value) {
  std::vector<std::int64_t> numbers;
  for (const IValue& element : TupleElements(value, 0)) {
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

// Runs the opcodes on a stack, as Python's unpickler would, but for the values of TorchScript only.
class Machine {
 public:
  explicit Machine(const PickleResolver& resolver) : resolver_(resolver) {}

  IValue Run(std::string_view pickle);

 private:
  struct Item {
    IValue value;
    int depth = 1;
  };
  // Lists and dicts are filled once and never again after something holds them, so that a value can
  // neither hold itself nor change behind its checked element type.
  struct Container {
    IValue keep_alive;
    int depth = 1;
    bool closed = false;
  };

  void Step(const PickleToken& token);
  bool StepScalar(const PickleToken& token);
  void Push(IValue value, int depth = 1);
  IValue Pop();
  std::vector<Item> PopToMark();
  Item& Top();
  int Enclose(Item& item);
  int EncloseAll(std::vector<Item>& items);
  void PushTuple(std::vector<Item> items);
  void Open(IValue container);
  Container& OpenContainer(const IValue& value);
  void Append(std::vector<Item> items);
  void SetItems(std::vector<Item> items);
  void Remember(std::int64_t index);
  void Recall(std::int64_t index);
  void LoadStorage();
  void StartObject();
  void Build();
  void Reduce();
  IValue Call(const Global& function, const IValue& argument);
  IValue CallTorchUtils(const Global& function, const std::vector<IValue>& arguments);
  IValue CallJitPickle(const Global& function, const std::vector<IValue>& arguments);
  IValue RebuildTensor(const std::vector<IValue>& arguments);
  IValue RestoreType(const IValue& value, const std::string& type_name);
  IValue MakeEnum(const c10::TypePtr& type, const IValue& value);
  c10::TypePtr TypeOf(const Global& global);

  const PickleResolver& resolver_;
  std::vector<Item> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Item> memo_;
  std::unordered_map<const void*, Container> containers_;
  std::unordered_map<std::string, c10::TypePtr> types_;
};

const void* Identity(const IValue& value) { return value.internalToPointer(); }

void Machine::Push(IValue value, int depth) { stack_.push_back({std::move(value), depth}); }

Machine::Item& Machine::Top() {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= bottom) {
    Damaged("a value is missing");
  }
  return stack_.back();
}

IValue Machine::Pop() {
  Item& top = Top();
  IValue value = std::move(top.value);
  stack_.pop_back();
  return value;
}

std::vector<Machine::Item> Machine::PopToMark() {
  if (marks_.empty()) {
    Damaged("a mark is missing");
  }
  const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  marks_.pop_back();
  std::vector<Item> items(std::make_move_iterator(begin), std::make_move_iterator(stack_.end()));
  stack_.erase(begin, stack_.end());
  return items;
}

// The depth of a value that becomes part of another; a list or dict is final from then on.
int Machine::Enclose(Item& item) {
  int depth = item.depth;
  if (item.value.isList() || item.value.isGenericDict()) {
    const auto found = containers_.find(Identity(item.value));
    if (found != containers_.end()) {
      found->second.closed = true;
      depth = std::max(depth, found->second.depth);
    }
  }
  return depth;
}

int Machine::EncloseAll(std::vector<Item>& items) {
  int deepest = 0;
  for (Item& item : items) {
    deepest = std::max(deepest, Enclose(item));
  }
  if (deepest >= kMaxDepth) {
    Damaged("its values are nested too deeply");
  }
  return deepest + 1;
}

void Machine::PushTuple(std::vector<Item> items) {
  const int depth = EncloseAll(items);
  std::vector<IValue> elements;
  elements.reserve(items.size());
  for (Item& item : items) {
    elements.push_back(std::move(item.value));
  }
  Push(c10::ivalue::Tuple::create(std::move(elements)), depth);
}

void Machine::Open(IValue container) {
  containers_[Identity(container)] = {container, 1, false};
  Push(std::move(container));
}

Machine::Container& Machine::OpenContainer(const IValue& value) {
  const auto found = containers_.find(Identity(value));
  if (found == containers_.end() || found->second.closed) {
    Damaged("a list or dict is changed after its use");
  }
  return found->second;
}

void Machine::Append(std::vector<Item> items) {
  const int depth = EncloseAll(items);
  const IValue value = Top().value;
  if (!value.isList()) {
    Damaged("a list is missing");
  }
  Container& container = OpenContainer(value);
  container.depth = std::max(container.depth, depth);
  auto list = value.toList();
  for (Item& item : items) {
    list.push_back(std::move(item.value));
  }
}

void Machine::SetItems(std::vector<Item> items) {
  const int depth = EncloseAll(items);
  const IValue value = Top().value;
  if (!value.isGenericDict() || items.size() % 2 != 0) {
    Damaged("a dict is missing");
  }
  Container& container = OpenContainer(value);
  container.depth = std::max(container.depth, depth);
  auto dict = value.toGenericDict();
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const IValue& key = items[i].value;
    if (!key.isString() && !key.isInt() && !key.isDouble() && !key.isBool()) {
      Damaged("a dict has a key of an unknown kind");
    }
    dict.insert_or_assign(key, items[i + 1].value);
  }
}

void Machine::Remember(std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  // Writers number the memo without gaps.
  if (index < 0 || at > memo_.size()) {
    Damaged("the memo has gaps");
  }
  Item item = Top();
  if (at == memo_.size()) {
    memo_.push_back(std::move(item));
  } else {
    memo_[at] = std::move(item);
  }
}

void Machine::Recall(std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  if (index < 0 || at >= memo_.size()) {
    Damaged("the memo holds no such value");
  }
  stack_.push_back(memo_[at]);
}

void Machine::LoadStorage() {
  // ("storage", torch.FloatStorage, "0", "cuda:0", 108); the location does not matter.
  const auto id = TupleElements(Pop(), 5);
  const auto type = StandIn<Global>(id[1], "storage type");
  if (Text(id[0]) != "storage" || type->module != "torch") {
    Damaged("a storage is missing");
  }
  auto storage = c10::make_intrusive<StorageRef>();
  storage->dtype = StorageType(type->name);
  storage->key = Text(id[2]);
  storage->numel = Integer(id[4]);
  Push(IValue::make_capsule(std::move(storage)));
}

c10::TypePtr Machine::TypeOf(const Global& global) {
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

void Machine::StartObject() {
  TupleElements(Pop(), 0);
  const auto global = StandIn<Global>(Pop(), "class");
  auto object = c10::make_intrusive<NewObject>();
  object->type = TypeOf(*global)->cast<c10::ClassType>();
  if (object->type == nullptr) {
    Damaged("'" + global->name + "' is not a class");
  }
  Push(IValue::make_capsule(std::move(object)));
}

void Machine::Build() {
  std::vector<Item> state;
  state.push_back({Top().value, Top().depth});
  const int depth = EncloseAll(state);
  stack_.pop_back();
  const auto object = StandIn<NewObject>(Pop(), "new object");
  Push(resolver_.object(object->type, state.front().value), depth);
}

void Machine::Reduce() {
  std::vector<Item> arguments;
  arguments.push_back({Top().value, Top().depth});
  const int depth = EncloseAll(arguments);
  stack_.pop_back();
  const auto function = StandIn<Global>(Pop(), "function");
  Push(Call(*function, arguments.front().value), depth);
}

IValue Machine::Call(const Global& function, const IValue& argument) {
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
      Damaged("a number is missing");
    }
    return c10::complex<double>(parts[0].toDouble(), parts[1].toDouble());
  }
  return MakeEnum(TypeOf(function), argument);
}

IValue Machine::MakeEnum(const c10::TypePtr& type, const IValue& value) {
  const auto enum_type = type->cast<c10::EnumType>();
  if (enum_type == nullptr) {
    Damaged("it calls a class");
  }
  for (const auto& [name, known] : enum_type->enumNamesValues()) {
    if (known.tagKind() == value.tagKind() && known == value) {
      return IValue(c10::make_intrusive<c10::ivalue::EnumHolder>(enum_type, name, known));
    }
  }
  Damaged("an enum has no such value");
}

IValue Machine::CallTorchUtils(const Global& function, const std::vector<IValue>& arguments) {
  if (function.name == "_rebuild_tensor_v2") {
    return RebuildTensor(arguments);
  }
  if (function.name == "_rebuild_parameter" && arguments.size() >= 1 && arguments[0].isTensor()) {
    return arguments[0];
  }
  if (function.name == "_rebuild_qtensor") {
    Quantized();
  }
  throw Error(ErrorKind::kModel,
              "it holds a tensor of an unsupported kind ('" + function.name + "')",
              "export the network with plain dense tensors");
}

IValue Machine::RebuildTensor(const std::vector<IValue>& arguments) {
  if (arguments.size() != 6) {
    throw Error(ErrorKind::kModel, "it holds a tensor of an unsupported kind",
                "export the network with plain dense tensors");
  }
  const auto storage = StandIn<StorageRef>(arguments[0], "storage");
  return resolver_.tensor({storage->key, storage->dtype, storage->numel, Integer(arguments[1]),
                           Integers(arguments[2]), Integers(arguments[3])});
}

template <typename T>
IValue TypedList(const IValue& untyped) {
  c10::List<T> typed;
  for (const IValue& element : untyped.toListRef()) {
    if (!ConformsTo(element, *typed.elementType())) {
      Damaged("a list holds elements of different kinds");
    }
    typed.push_back(element.to<T>());
  }
  return typed;
}

IValue Machine::CallJitPickle(const Global& function, const std::vector<IValue>& arguments) {
  if (function.name == "restore_type_tag" && arguments.size() == 2) {
    return RestoreType(arguments[0], Text(arguments[1]));
  }
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
  Damaged("'" + function.name + "' is not known");
}

IValue Machine::RestoreType(const IValue& value, const std::string& type_name) {
  auto& type = types_[type_name];
  if (type == nullptr) {
    type = resolver_.type(type_name);
  }
  const auto mismatch = [&] { Damaged("a value is not a " + type_name); };
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

bool Machine::StepScalar(const PickleToken& token) {
  switch (token.op) {
    case PickleOp::kNone:
      Push(IValue());
      return true;
    case PickleOp::kNewTrue:
      Push(true);
      return true;
    case PickleOp::kNewFalse:
      Push(false);
      return true;
    case PickleOp::kBinInt:
    case PickleOp::kBinInt1:
    case PickleOp::kBinInt2:
    case PickleOp::kLong1:
      if (token.text.size() > 8) {
        Damaged("a number has more than 64 bits");
      }
      Push(token.number);
      return true;
    case PickleOp::kBinFloat:
      Push(token.real);
      return true;
    case PickleOp::kBinUnicode:
    case PickleOp::kShortBinUnicode:
      Push(std::string(token.text));
      return true;
    case PickleOp::kGlobal:
      Push(IValue::make_capsule(
          c10::make_intrusive<Global>(std::string(token.text), std::string(token.name))));
      return true;
    default:
      return false;
  }
}

void Machine::Step(const PickleToken& token) {
  if (StepScalar(token)) {
    return;
  }
  const auto last = [this](std::size_t count) {
    std::vector<Item> items(count);
    for (std::size_t i = count; i-- > 0;) {
      items[i] = Top();
      stack_.pop_back();
    }
    return items;
  };
  switch (token.op) {
    case PickleOp::kMark:
      return marks_.push_back(stack_.size());
    case PickleOp::kEmptyTuple:
      return PushTuple({});
    case PickleOp::kTuple1:
      return PushTuple(last(1));
    case PickleOp::kTuple2:
      return PushTuple(last(2));
    case PickleOp::kTuple3:
      return PushTuple(last(3));
    case PickleOp::kTuple:
      return PushTuple(PopToMark());
    case PickleOp::kEmptyList:
      return Open(c10::impl::GenericList(c10::AnyType::get()));
    case PickleOp::kEmptyDict:
      return Open(c10::impl::GenericDict(c10::AnyType::get(), c10::AnyType::get()));
    case PickleOp::kAppend:
      return Append(last(1));
    case PickleOp::kAppends:
      return Append(PopToMark());
    case PickleOp::kSetItem:
      return SetItems(last(2));
    case PickleOp::kSetItems:
      return SetItems(PopToMark());
    case PickleOp::kBinPut:
    case PickleOp::kLongBinPut:
      return Remember(token.number);
    case PickleOp::kBinGet:
    case PickleOp::kLongBinGet:
      return Recall(token.number);
    case PickleOp::kBinPersId:
      return LoadStorage();
    case PickleOp::kNewObj:
      return StartObject();
    case PickleOp::kBuild:
      return Build();
    case PickleOp::kReduce:
      return Reduce();
    default:
      Damaged("it holds an opcode that TorchScript does not write");
  }
}

IValue Machine::Run(std::string_view pickle) {
  PickleReader reader(pickle);
  const PickleToken first = reader.Next();
  if (first.op != PickleOp::kProto || first.number != 2) {
    Damaged("it is not of protocol 2");
  }
  for (;;) {
    const PickleToken token = reader.Next();
    if (token.op == PickleOp::kStop) {
      break;
    }
    Step(token);
  }
  if (stack_.size() != 1 || !marks_.empty() || stack_.front().value.isCapsule()) {
    Damaged("it does not end with one value");
  }
  return stack_.front().value;
}

}  // namespace

IValue ReadPickledValue(std::string_view pickle, const PickleResolver& resolver) {
  return Machine(resolver).Run(pickle);
}

bool ConformsTo(const IValue& value, const c10::Type& type) {
  if (value.isCapsule()) {
    return false;
  }
  if (const auto* const optional = type.castRaw<c10::OptionalType>()) {
    return value.isNone() || ConformsTo(value, *optional->getElementType());
  }
  if (const auto* const tuple = type.castRaw<c10::TupleType>()) {
    if (!value.isTuple() || value.toTupleRef().elements().size() != tuple->elements().size()) {
      return false;
    }
    for (std::size_t i = 0; i < tuple->elements().size(); ++i) {
      if (!ConformsTo(value.toTupleRef().elements()[i], *tuple->elements()[i])) {
        return false;
      }
    }
    return true;
  }
  return value.type()->isSubtypeOf(type);
}

}  // namespace gradcam
