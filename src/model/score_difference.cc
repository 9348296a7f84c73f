#include "model/score_difference.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gradcam {

double LargestDifference(const at::Tensor& cut, const at::Tensor& plain) {
  if (cut.sizes() != plain.sizes()) {
    return std::numeric_limits<double>::infinity();
  }
  const auto same = cut.eq(plain).logical_or(cut.isnan().logical_and(plain.isnan()));
  if (same.all().item<bool>()) {
    return 0;
  }
  const auto largest = plain.masked_fill(same, 0).abs().max().item<double>();
  const auto difference = (cut - plain).masked_fill(same, 0).abs().max().item<double>();
  const auto ratio =
      difference / std::max(largest, plain.nan_to_num(0, 0, 0).abs().max().item<double>());
  return std::isnan(ratio) ? std::numeric_limits<double>::infinity() : ratio;
}

}  // namespace gradcam
