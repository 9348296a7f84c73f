#include "run/inputs/key_index.h"

#include <algorithm>
#include <map>
#include <utility>

namespace gradcam {
namespace {

std::uint64_t HashOf(std::string_view key) { return std::hash<std::string_view>{}(key); }

}  // namespace

KeyIndex::KeyIndex(std::size_t count, KeyOf key_of) : key_of_(std::move(key_of)) {
  slots_.reserve(count);
  for (std::size_t item = 0; item < count; ++item) {
    if (const auto key = key_of_(item)) slots_.push_back({HashOf(*key), item});
  }
  std::sort(slots_.begin(), slots_.end());
}

std::optional<std::size_t> KeyIndex::Find(std::string_view key) const {
  const std::uint64_t hash = HashOf(key);
  for (auto slot = std::lower_bound(slots_.begin(), slots_.end(), Slot{hash, 0});
       slot != slots_.end() && slot->hash == hash; ++slot) {
    if (key_of_(slot->item) == key) return slot->item;
  }
  return std::nullopt;
}

std::vector<KeyIndex::Repetition> KeyIndex::Repeated() const {
  std::vector<Repetition> repeated;
  ForEach([&](std::size_t item, std::size_t first) {
    if (item != first) repeated.push_back({item, first});
  });
  std::sort(repeated.begin(), repeated.end());
  return repeated;
}

std::vector<std::size_t> KeyIndex::Firsts() const {
  std::vector<std::size_t> firsts;
  ForEach([&](std::size_t item, std::size_t first) {
    if (item == first) firsts.push_back(item);
  });
  return firsts;
}

void KeyIndex::ForEach(const std::function<void(std::size_t item, std::size_t first)>& work) const {
  // Of the slots with one hash, the first item of each key; nearly always one key.
  std::map<std::string, std::size_t> firsts;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const Slot& slot = slots_[i];
    const bool is_new_hash = i == 0 || slots_[i - 1].hash != slot.hash;
    const bool is_alone =
        is_new_hash && (i + 1 == slots_.size() || slots_[i + 1].hash != slot.hash);
    if (is_new_hash) firsts.clear();
    work(slot.item, is_alone
                        ? slot.item
                        : firsts.try_emplace(key_of_(slot.item).value(), slot.item).first->second);
  }
}

}  // namespace gradcam
