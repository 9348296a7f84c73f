#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// Finds items by a text that is worked out from each of them when needed, not stored: 16 bytes an
// item.
class KeyIndex {
 public:
  // An item without a key is not in the index.
  using KeyOf = std::function<std::optional<std::string>(std::size_t item)>;

  // Items are numbered from 0 to `count` - 1.
  KeyIndex(std::size_t count, KeyOf key_of);

  // The first item with this key.
  [[nodiscard]] std::optional<std::size_t> Find(std::string_view key) const;

  // An item whose key an earlier one has, and the first with that key.
  struct Repetition {
    std::size_t item;
    std::size_t first;

    auto operator<=>(const Repetition&) const = default;
  };
  // In ascending order of the items.
  [[nodiscard]] std::vector<Repetition> Repeated() const;

  // The first item of each key.
  [[nodiscard]] std::vector<std::size_t> Firsts() const;

 private:
  struct Slot {
    std::uint64_t hash;
    std::size_t item;

    auto operator<=>(const Slot&) const = default;
  };

  // Calls `work` for every item, with the first that has its key.
  void ForEach(const std::function<void(std::size_t item, std::size_t first)>& work) const;

  KeyOf key_of_;
  std::vector<Slot> slots_;  // by hash, then item
};

}  // namespace gradcam
