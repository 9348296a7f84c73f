#include "model/archive/pickle_values.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>

#include <utility>
#include <vector>

#include "model/archive/pickle_calls.h"
#include "model/archive/pickle_reader.h"
#include "model/archive/pickle_stack.h"

namespace gradcam {
namespace {

using c10::IValue;

struct NewObject : torch::CustomClassHolder {
  c10::ClassTypePtr type;
};

// Runs the opcodes on a stack, as Python's unpickler would, but for the values of TorchScript only.
class Machine {
 public:
  explicit Machine(const PickleResolver& resolver) : resolver_(resolver), calls_(resolver) {}

  IValue Run(std::string_view pickle);

 private:
  using Item = PickleStack::Item;

  void Step(const PickleToken& token);
  bool StepScalar(const PickleToken& token);
  void PushTuple(std::vector<Item> items);
  void Append(std::vector<Item> items);
  void SetItems(std::vector<Item> items);
  void StartObject();
  void Build();
  void Reduce();
  IValue RestoreType(const IValue& arguments);

  const PickleResolver& resolver_;
  PickleCalls calls_;
  PickleStack stack_;
  PickleOp previous_ = PickleOp::kProto;
};

void Machine::PushTuple(std::vector<Item> items) {
  const int depth = stack_.Enclose(items);
  std::vector<IValue> elements;
  elements.reserve(items.size());
  for (Item& item : items) {
    elements.push_back(std::move(item.value));
  }
  stack_.Push(c10::ivalue::Tuple::create(std::move(elements)), depth);
}

void Machine::Append(std::vector<Item> items) {
  const int depth = stack_.Enclose(items);
  const IValue value = stack_.Top().value;
  if (!value.isList()) {
    ThrowDamagedPickle("a list is missing");
  }
  stack_.FillTop(depth);
  auto list = value.toList();
  for (Item& item : items) {
    list.push_back(std::move(item.value));
  }
}

void Machine::SetItems(std::vector<Item> items) {
  const int depth = stack_.Enclose(items);
  const IValue value = stack_.Top().value;
  if (!value.isGenericDict() || items.size() % 2 != 0) {
    ThrowDamagedPickle("a dict is missing");
  }
  stack_.FillTop(depth);
  auto dict = value.toGenericDict();
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const IValue& key = items[i].value;
    if (!key.isString() && !key.isInt() && !key.isDouble() && !key.isBool()) {
      ThrowDamagedPickle("a dict has a key of an unknown kind");
    }
    dict.insert_or_assign(key, items[i + 1].value);
  }
}

void Machine::StartObject() {
  static_cast<void>(PickleCalls::TupleElements(stack_.Pop(), 0));
  const auto global = StandIn<PickledGlobal>(stack_.Pop(), "class");
  auto object = c10::make_intrusive<NewObject>();
  object->type = calls_.TypeOf(*global)->cast<c10::ClassType>();
  if (object->type == nullptr) {
    ThrowDamagedPickle("'" + global->name + "' is not a class");
  }
  stack_.Push(IValue::make_capsule(std::move(object)));
}

void Machine::Build() {
  const std::vector<Item> state = stack_.PopLast(1);
  const int depth = stack_.Enclose(state);
  const auto object = StandIn<NewObject>(stack_.Pop(), "new object");
  stack_.Push(resolver_.object(object->type, state.front().value), depth);
}

void Machine::Reduce() {
  const std::vector<Item> arguments = stack_.PopLast(1);
  const int depth = stack_.Enclose(arguments);
  const auto function = StandIn<PickledGlobal>(stack_.Pop(), "function");
  const bool restores_type =
      function->module == "torch.jit._pickle" && function->name == "restore_type_tag";
  stack_.Push(restores_type ? RestoreType(arguments.front().value)
                            : calls_.Call(*function, arguments.front().value),
              depth);
}

// (value, type). What already holds a list or dict has looked at its type, so that must not change:
// the pair is new, and nothing but it holds the value.
IValue Machine::RestoreType(const IValue& arguments) {
  const auto pair = PickleCalls::TupleElements(arguments, 2);
  const bool is_new = previous_ == PickleOp::kTuple2 || previous_ == PickleOp::kTuple;
  if (!is_new || !stack_.IsHeldOnce(pair[0]) || !pair[1].isString()) {
    ThrowDamagedPickle("a list or dict is given a type after its use");
  }
  return calls_.RestoreType(pair[0], pair[1].toStringRef());
}

bool Machine::StepScalar(const PickleToken& token) {
  switch (token.op) {
    case PickleOp::kNone:
      stack_.Push(IValue());
      return true;
    case PickleOp::kNewTrue:
      stack_.Push(true);
      return true;
    case PickleOp::kNewFalse:
      stack_.Push(false);
      return true;
    case PickleOp::kBinInt:
    case PickleOp::kBinInt1:
    case PickleOp::kBinInt2:
    case PickleOp::kLong1:
      if (token.text.size() > 8) {
        ThrowDamagedPickle("a number has more than 64 bits");
      }
      stack_.Push(token.number);
      return true;
    case PickleOp::kBinFloat:
      stack_.Push(token.real);
      return true;
    case PickleOp::kBinUnicode:
    case PickleOp::kShortBinUnicode:
      stack_.Push(std::string(token.text));
      return true;
    case PickleOp::kGlobal:
      stack_.Push(IValue::make_capsule(
          c10::make_intrusive<PickledGlobal>(std::string(token.text), std::string(token.name))));
      return true;
    default:
      return false;
  }
}

void Machine::Step(const PickleToken& token) {
  if (StepScalar(token)) {
    return;
  }
  switch (token.op) {
    case PickleOp::kMark:
      return stack_.Mark();
    case PickleOp::kEmptyTuple:
      return PushTuple({});
    case PickleOp::kTuple1:
      return PushTuple(stack_.PopLast(1));
    case PickleOp::kTuple2:
      return PushTuple(stack_.PopLast(2));
    case PickleOp::kTuple3:
      return PushTuple(stack_.PopLast(3));
    case PickleOp::kTuple:
      return PushTuple(stack_.PopToMark());
    case PickleOp::kEmptyList:
      return stack_.PushOpen(c10::impl::GenericList(c10::AnyType::get()));
    case PickleOp::kEmptyDict:
      return stack_.PushOpen(c10::impl::GenericDict(c10::AnyType::get(), c10::AnyType::get()));
    case PickleOp::kAppend:
      return Append(stack_.PopLast(1));
    case PickleOp::kAppends:
      return Append(stack_.PopToMark());
    case PickleOp::kSetItem:
      return SetItems(stack_.PopLast(2));
    case PickleOp::kSetItems:
      return SetItems(stack_.PopToMark());
    case PickleOp::kBinPut:
    case PickleOp::kLongBinPut:
      return stack_.Remember(token.number);
    case PickleOp::kBinGet:
    case PickleOp::kLongBinGet:
      return stack_.Recall(token.number);
    case PickleOp::kBinPersId:
      return stack_.Push(PickleCalls::Storage(stack_.Pop()));
    case PickleOp::kNewObj:
      return StartObject();
    case PickleOp::kBuild:
      return Build();
    case PickleOp::kReduce:
      return Reduce();
    default:
      ThrowDamagedPickle("it holds an opcode that TorchScript does not write");
  }
}

IValue Machine::Run(std::string_view pickle) {
  PickleReader reader(pickle);
  const PickleToken first = reader.Next();
  if (first.op != PickleOp::kProto || first.number != 2) {
    ThrowDamagedPickle("it is not of protocol 2");
  }
  for (;;) {
    const PickleToken token = reader.Next();
    if (token.op == PickleOp::kStop) {
      break;
    }
    Step(token);
    previous_ = token.op;
  }
  return stack_.Result();
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
