#include "run/inputs/key_index.h"

#include <algorithm>
#include <utility>

namespace gradcam {
namespace {

std::uint64_t HashOf(std::string_view key) { return std::hash<std::string_view>{}(key); }

}  // namespace

KeyIndex::KeyIndex(std::size_t count, KeyOf key_of) : key_of_(std::move(key_of)) {
  slots_.reserve(count);
  for (std::size_t item = 0; item < count; ++item) slots_.push_back({HashOf(key_of_(item)), item});
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

std::vector<std::size_t> KeyIndex::Repeated() const {
  std::vector<std::size_t> repeated;
  ForEach([&](std::size_t item, bool is_first) {
    if (!is_first) repeated.push_back(item);
  });
  std::sort(repeated.begin(), repeated.end());
  return repeated;
}

std::vector<std::size_t> KeyIndex::Firsts() const {
  std::vector<std::size_t> firsts;
  ForEach([&](std::size_t item, bool is_first) {
    if (is_first) firsts.push_back(item);
  });
  return firsts;
}

void KeyIndex::ForEach(const std::function<void(std::size_t item, bool is_first)>& work) const {
  std::vector<std::string>
      keys;  // of the slots with one hash; more than one if that is a chance hit
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const bool same_hash = i > 0 && slots_[i - 1].hash == slots_[i].hash;
    const bool next_same = i + 1 < slots_.size() && slots_[i + 1].hash == slots_[i].hash;
    if (!same_hash) keys.clear();
    if (!same_hash && !next_same) {
      work(slots_[i].item, /*is_first=*/true);
      continue;
    }
    std::string key = key_of_(slots_[i].item);
    const bool is_first = std::find(keys.begin(), keys.end(), key) == keys.end();
    if (is_first) keys.push_back(std::move(key));
    work(slots_[i].item, is_first);
  }
}

}  // namespace gradcam
