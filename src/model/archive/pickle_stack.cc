#include "model/archive/pickle_stack.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "model/archive/pickle_calls.h"

namespace gradcam {
namespace {

using c10::IValue;

// Deeper values would exhaust the stack of the code that walks or frees them.
constexpr int kMaxDepth = 256;

const void* Identity(const IValue& value) { return value.internalToPointer(); }

bool IsContainer(const IValue& value) { return value.isList() || value.isGenericDict(); }

}  // namespace

void PickleStack::Push(IValue value, int depth) { items_.push_back({std::move(value), depth}); }

void PickleStack::PushOpen(IValue container) {
  containers_[Identity(container)] = {container, 1, 0};
  Push(std::move(container));
}

void PickleStack::Mark() { marks_.push_back(items_.size()); }

PickleStack::Item& PickleStack::Top() {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (items_.size() <= bottom) {
    ThrowDamagedPickle("a value is missing");
  }
  return items_.back();
}

IValue PickleStack::Pop() {
  IValue value = std::move(Top().value);
  items_.pop_back();
  return value;
}

std::vector<PickleStack::Item> PickleStack::PopLast(std::size_t count) {
  std::vector<Item> items(count);
  for (std::size_t i = count; i-- > 0;) {
    items[i] = std::move(Top());
    items_.pop_back();
  }
  return items;
}

std::vector<PickleStack::Item> PickleStack::PopToMark() {
  if (marks_.empty()) {
    ThrowDamagedPickle("a mark is missing");
  }
  const auto begin = items_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  marks_.pop_back();
  std::vector<Item> items(std::make_move_iterator(begin), std::make_move_iterator(items_.end()));
  items_.erase(begin, items_.end());
  return items;
}

int PickleStack::Enclose(const std::vector<Item>& items) {
  int deepest = 0;
  for (const Item& item : items) {
    deepest = std::max(deepest, item.depth);
    if (!IsContainer(item.value)) {
      continue;
    }
    if (const auto found = containers_.find(Identity(item.value)); found != containers_.end()) {
      ++found->second.uses;
      deepest = std::max(deepest, found->second.depth);
    }
  }
  if (deepest >= kMaxDepth) {
    ThrowDamagedPickle("its values are nested too deeply");
  }
  return deepest + 1;
}

void PickleStack::FillTop(int depth) {
  const auto found = containers_.find(Identity(Top().value));
  if (found == containers_.end() || found->second.uses > 0) {
    ThrowDamagedPickle("a list or dict is changed after its use");
  }
  found->second.depth = std::max(found->second.depth, depth);
}

bool PickleStack::IsHeldOnce(const IValue& value) const {
  const auto found = containers_.find(Identity(value));
  return found != containers_.end() && found->second.uses == 1;
}

void PickleStack::Remember(std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
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

void PickleStack::Recall(std::int64_t index) {
  const auto at = static_cast<std::size_t>(index);
  if (index < 0 || at >= memo_.size()) {
    ThrowDamagedPickle("the memo holds no such value");
  }
  items_.push_back(memo_[at]);
}

IValue PickleStack::Result() const {
  if (items_.size() != 1 || !marks_.empty() || items_.front().value.isCapsule()) {
    ThrowDamagedPickle("it does not end with one value");
  }
  return items_.front().value;
}

}  // namespace gradcam
