#include "model/archive/pickle_values.h"

#include <ATen/core/Dict.h>
#include <ATen/core/List.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "model/archive/pickle_calls.h"
#include "model/archive/pickle_reader.h"

namespace gradcam {
namespace {

using c10::IValue;

// Deeper values would exhaust the stack of the code that walks or frees them.
constexpr int kMaxDepth = 256;

struct NewObject : torch::CustomClassHolder {
  c10::ClassTypePtr type;
};

// Runs the opcodes on a stack, as Python's unpickler would, but for the values of TorchScript only.
class Machine {
 public:
  explicit Machine(const PickleResolver& resolver) : resolver_(resolver), calls_(resolver) {}

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
    int uses = 0;  // as a part of something
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
  void StartObject();
  void Build();
  void Reduce();
  IValue RestoreType(const IValue& arguments);

  const PickleResolver& resolver_;
  PickleCalls calls_;
  std::vector<Item> stack_;
  std::vector<std::size_t> marks_;
  std::vector<Item> memo_;
  std::unordered_map<const void*, Container> containers_;
  PickleOp previous_ = PickleOp::kProto;
};

const void* Identity(const IValue& value) { return value.internalToPointer(); }

void Machine::Push(IValue value, int depth) { stack_.push_back({std::move(value), depth}); }

Machine::Item& Machine::Top() {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= bottom) {
    ThrowDamagedPickle("a value is missing");
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
    ThrowDamagedPickle("a mark is missing");
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
      ++found->second.uses;
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
    ThrowDamagedPickle("its values are nested too deeply");
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
  containers_[Identity(container)] = {container, 1, 0};
  Push(std::move(container));
}

Machine::Container& Machine::OpenContainer(const IValue& value) {
  const auto found = containers_.find(Identity(value));
  if (found == containers_.end() || found->second.uses > 0) {
    ThrowDamagedPickle("a list or dict is changed after its use");
  }
  return found->second;
}

void Machine::Append(std::vector<Item> items) {
  const int depth = EncloseAll(items);
  const IValue value = Top().value;
  if (!value.isList()) {
    ThrowDamagedPickle("a list is missing");
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
    ThrowDamagedPickle("a dict is missing");
  }
  Container& container = OpenContainer(value);
  container.depth = std::max(container.depth, depth);
  auto dict = value.toGenericDict();
  for (std::size_t i = 0; i < items.size(); i += 2) {
    const IValue& key = items[i].value;
    if (!key.isString() && !key.isInt() && !key.isDouble() && !key.isBool()) {
      ThrowDamagedPickle("a dict has a key of an unknown kind");
    }
    dict.insert_or_assign(key, items[i + 1].value);
  }
}

void Machine::Remember(std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  // Writers number the memo without gaps.
  if (index < 0 || at > memo_.size()) {
    ThrowDamagedPickle("the memo has gaps");
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
    ThrowDamagedPickle("the memo holds no such value");
  }
  stack_.push_back(memo_[at]);
}

void Machine::StartObject() {
  static_cast<void>(PickleCalls::TupleElements(Pop(), 0));
  const auto global = StandIn<PickledGlobal>(Pop(), "class");
  auto object = c10::make_intrusive<NewObject>();
  object->type = calls_.TypeOf(*global)->cast<c10::ClassType>();
  if (object->type == nullptr) {
    ThrowDamagedPickle("'" + global->name + "' is not a class");
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
  const auto function = StandIn<PickledGlobal>(Pop(), "function");
  const bool restores_type =
      function->module == "torch.jit._pickle" && function->name == "restore_type_tag";
  Push(restores_type ? RestoreType(arguments.front().value)
                     : calls_.Call(*function, arguments.front().value),
       depth);
}

// (value, type). What already holds a list or dict has looked at its type, so that must not change:
// the pair is new, and nothing but it holds the value.
IValue Machine::RestoreType(const IValue& arguments) {
  const auto pair = PickleCalls::TupleElements(arguments, 2);
  const auto found = containers_.find(Identity(pair[0]));
  const bool is_new = previous_ == PickleOp::kTuple2 || previous_ == PickleOp::kTuple;
  if (!is_new || found == containers_.end() || found->second.uses != 1 || !pair[1].isString()) {
    ThrowDamagedPickle("a list or dict is given a type after its use");
  }
  return calls_.RestoreType(pair[0], pair[1].toStringRef());
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
        ThrowDamagedPickle("a number has more than 64 bits");
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
      return Push(PickleCalls::Storage(Pop()));
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
  if (stack_.size() != 1 || !marks_.empty() || stack_.front().value.isCapsule()) {
    ThrowDamagedPickle("it does not end with one value");
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
