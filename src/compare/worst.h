#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "compare/picture_comparison.h"

namespace gradcam {

// Keeps the worst of the pictures that come, in the order of IsWorse; never more than twice as many
// as are wanted. `PictureOf(item)` is the picture that an item stands for.
template <typename Item, auto PictureOf>
class Worst {
 public:
  explicit Worst(std::size_t most) : most_(most) {}

  // Whether `picture` could be among the worst: what cannot need not be made into an item.
  [[nodiscard]] bool Takes(const PictureComparison& picture) const {
    return !bound_ || IsWorse(picture, *bound_);
  }

  void Add(Item item) {
    kept_.push_back(std::move(item));
    // Not at each one: sorting is dear.
    if (kept_.size() >= 2 * most_) Prune();
  }

  // The worst, worst first.
  [[nodiscard]] const std::vector<Item>& Sorted() {
    Prune();
    return kept_;
  }

 private:
  void Prune() {
    std::ranges::sort(kept_, IsWorse, PictureOf);
    if (kept_.size() <= most_) return;
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(most_), kept_.end());
    bound_ = WithoutMaps(std::invoke(PictureOf, kept_.back()));
  }

  std::size_t most_;
  std::vector<Item> kept_;
  std::optional<PictureComparison> bound_;  // as many as are wanted are as bad or worse
};

}  // namespace gradcam
