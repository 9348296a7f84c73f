#include "compare/limits.h"

#include "compare/short_number.h"

namespace gradcam {

// A change of cells that the default limit allows must not fail as a shift of the peak.
static_assert(Limits{}.max_difference <= kNearPeak);

std::vector<Exceeded> ExceededLimits(const MapMeasures& measures, const Limits& limits) {
  std::vector<Exceeded> exceeded;
  const auto add = [&exceeded](const std::string& measure, const std::string& words, double value,
                               double limit) {
    exceeded.push_back({measure, words + " " + ShortNumber(value) + ", limit " + ShortNumber(limit),
                        value, limit});
  };
  if (measures.max_difference > limits.max_difference) {
    const Point& at = measures.max_difference_at;
    add("max_difference",
        "largest difference (column " + std::to_string(at.x) + ", row " + std::to_string(at.y) +
            ")",
        measures.max_difference, limits.max_difference);
  }
  if (measures.rmse > limits.max_rmse) {
    add("rmse", "root mean square difference", measures.rmse, limits.max_rmse);
  }
  if (measures.correlation < limits.min_correlation) {
    add("correlation", "correlation", measures.correlation, limits.min_correlation);
  }
  if (measures.iou < limits.min_iou) {
    add("iou", "overlap of the hottest 20 %", measures.iou, limits.min_iou);
  }
  if (measures.peak_shift > limits.max_peak_shift) {
    add("peak_shift", "peak shift", measures.peak_shift, limits.max_peak_shift);
  }
  return exceeded;
}

}  // namespace gradcam
