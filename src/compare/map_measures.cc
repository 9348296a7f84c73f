#include "compare/map_measures.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

void RequireSameSize(const Map& a, const Map& b) {
  if (a.values.empty() || a.width != b.width || a.height != b.height ||
      a.values.size() != b.values.size()) {
    throw Error(ErrorKind::kUsage, "maps of " + std::to_string(a.height) + " x " +
                                       std::to_string(a.width) + " and " +
                                       std::to_string(b.height) + " x " + std::to_string(b.width) +
                                       " cells cannot be compared");
  }
}

double Mean(const Map& map) {
  return std::accumulate(map.values.begin(), map.values.end(), 0.0) /
         static_cast<double>(map.values.size());
}

double Correlation(const Map& a, const Map& b) {
  const double mean_a = Mean(a);
  const double mean_b = Mean(b);
  double aa = 0;
  double bb = 0;
  double ab = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double da = static_cast<double>(a.values[i]) - mean_a;
    const double db = static_cast<double>(b.values[i]) - mean_b;
    aa += da * da;
    bb += db * db;
    ab += da * db;
  }
  if (aa == 0 || bb == 0) return a.values == b.values ? 1 : 0;
  return std::clamp(ab / std::sqrt(aa * bb), -1.0, 1.0);
}

// The least value that belongs to the hottest 20 %.
float HotLimit(const Map& map) {
  std::vector<float> values = map.values;
  const auto rank = static_cast<std::ptrdiff_t>((values.size() + 4) / 5 - 1);
  std::nth_element(values.begin(), values.begin() + rank, values.end(), std::greater<>());
  return values[static_cast<std::size_t>(rank)];
}

Point CellOf(std::size_t index, int width) {
  const auto cell = static_cast<int>(index);
  return {cell % width, cell / width};
}

std::size_t PeakOf(const Map& map) {
  return static_cast<std::size_t>(std::max_element(map.values.begin(), map.values.end()) -
                                  map.values.begin());
}

// Whether a cell is all but as hot as the peak.
bool IsNear(const Map& map, std::size_t cell, std::size_t peak) {
  return static_cast<double>(map.values[peak]) - static_cast<double>(map.values[cell]) <= kNearPeak;
}

}  // namespace

double HottestOverlap(const Map& a, const Map& b) {
  RequireSameSize(a, b);
  const float limit_a = HotLimit(a);
  const float limit_b = HotLimit(b);
  std::size_t both = 0;
  std::size_t either = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const bool hot_a = a.values[i] >= limit_a && a.values[i] > 0;
    const bool hot_b = b.values[i] >= limit_b && b.values[i] > 0;
    both += hot_a && hot_b ? 1 : 0;
    either += hot_a || hot_b ? 1 : 0;
  }
  return either == 0 ? 1 : static_cast<double>(both) / static_cast<double>(either);
}

double PeakShift(const Map& a, const Map& b) {
  RequireSameSize(a, b);
  const std::size_t peak_a = PeakOf(a);
  const std::size_t peak_b = PeakOf(b);
  if (IsNear(a, peak_b, peak_a) && IsNear(b, peak_a, peak_b)) return 0;
  const Point from = CellOf(peak_a, a.width);
  const Point to = CellOf(peak_b, a.width);
  return std::hypot(to.x - from.x, to.y - from.y) / std::hypot(a.width, a.height);
}

Map DifferenceOf(const Map& a, const Map& b) {
  RequireSameSize(a, b);
  Map difference{a.width, a.height, {}};
  difference.values.reserve(a.values.size());
  std::transform(a.values.begin(), a.values.end(), b.values.begin(),
                 std::back_inserter(difference.values),
                 [](float before, float after) { return std::abs(before - after); });
  return difference;
}

MapMeasures Measure(const Map& a, const Map& b) {
  RequireSameSize(a, b);
  MapMeasures measures;
  double squares = 0;
  std::size_t largest = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(a.values[i]) - static_cast<double>(b.values[i]));
    squares += difference * difference;
    if (difference > measures.max_difference) {
      measures.max_difference = difference;
      largest = i;
    }
  }
  measures.max_difference_at = CellOf(largest, a.width);
  measures.rmse = std::sqrt(squares / static_cast<double>(a.values.size()));
  measures.correlation = Correlation(a, b);
  measures.iou = HottestOverlap(a, b);
  measures.peak_shift = PeakShift(a, b);
  return measures;
}

}  // namespace gradcam
