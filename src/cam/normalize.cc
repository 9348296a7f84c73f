#include <algorithm>
#include <cmath>
#include <limits>

#include "gradcam/map.h"

namespace gradcam {
namespace {

// Range of the finite values of a map.
struct Range {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double sum = 0;
  std::size_t count = 0;
};

Range FiniteRange(const Map& map) {
  Range range;
  for (const float value : map.values) {
    if (!std::isfinite(value)) {
      continue;
    }
    const double number = static_cast<double>(value) + 0.0;  // -0 becomes 0
    range.min = std::min(range.min, number);
    range.max = std::max(range.max, number);
    range.sum += number;
    ++range.count;
  }
  return range;
}

MapStatus StatusOf(const Range& range, std::size_t values) {
  if (range.count < values) {
    return MapStatus::kNonfinite;
  }
  if (range.count == 0 || (range.min == 0 && range.max == 0)) {
    return MapStatus::kAllZero;
  }
  if (range.max <= 0) {
    return MapStatus::kAllNonpositive;
  }
  return range.min == range.max ? MapStatus::kFlat : MapStatus::kOk;
}

}  // namespace

MapSummary Summarize(const Map& raw) {
  const Range range = FiniteRange(raw);
  MapSummary summary{.status = StatusOf(range, raw.values.size())};
  if (range.count > 0) {
    summary.min = range.min;
    summary.max = range.max;
    summary.mean = range.sum / static_cast<double>(range.count);
  }
  return summary;
}

Map Normalize(const Map& raw) {
  Map normalized{raw.width, raw.height, std::vector<float>(raw.values.size(), 0.0F)};
  const MapSummary summary = Summarize(raw);
  if (summary.status != MapStatus::kOk && summary.status != MapStatus::kFlat) {
    return normalized;
  }
  const auto maximum = static_cast<float>(summary.max);
  std::transform(raw.values.begin(), raw.values.end(), normalized.values.begin(),
                 [maximum](float value) { return value > 0 ? value / maximum : 0.0F; });
  return normalized;
}

}  // namespace gradcam
