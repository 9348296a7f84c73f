#pragma once

#include <ATen/core/ivalue.h>

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace gradcam {

// The stack of an unpickler with its marks and its memo. Keeps values from nesting too deeply, and
// lists and dicts from changing once something holds them, so that a value can neither hold itself
// nor change behind its checked element type. All members throw Error(kModel) where the pickle asks
// for what is not there.
class PickleStack {
 public:
  struct Item {
    c10::IValue value;
    int depth = 1;  // of nesting, the value itself included
  };

  void Push(c10::IValue value, int depth = 1);
  // A list or dict that will be filled while nothing holds it.
  void PushOpen(c10::IValue container);
  void Mark();

  // The uppermost value above the last mark.
  [[nodiscard]] Item& Top();
  [[nodiscard]] c10::IValue Pop();
  // The last `count` values, in the order in which they were pushed.
  [[nodiscard]] std::vector<Item> PopLast(std::size_t count);
  // The values above the last mark, which goes too.
  [[nodiscard]] std::vector<Item> PopToMark();

  // The depth of what is made of `items`; lists and dicts among them are final from now on.
  [[nodiscard]] int Enclose(const std::vector<Item>& items);

  // Fills the uppermost value, a list or dict, with what nests `depth` deep, itself included.
  // Throws if something holds it already.
  void FillTop(int depth);

  // Whether `value` is a list or dict that was pushed open and one other value holds.
  [[nodiscard]] bool IsHeldOnce(const c10::IValue& value) const;

  // The memo: a writer numbers its entries without gaps.
  void Remember(std::int64_t index);
  void Recall(std::int64_t index);

  // The only value left.
  [[nodiscard]] c10::IValue Result() const;

 private:
  struct Container {
    c10::IValue keep_alive;
    int depth = 1;
    int uses = 0;  // as a part of something
  };

  std::vector<Item> items_;
  std::vector<std::size_t> marks_;
  std::vector<Item> memo_;
  std::unordered_map<const void*, Container> containers_;  // by identity
};

}  // namespace gradcam
