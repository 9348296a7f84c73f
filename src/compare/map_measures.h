#pragma once

#include "gradcam/draw.h"
#include "gradcam/map.h"

namespace gradcam {

// How far two maps of one size, values in 0...1, lie apart.
struct MapMeasures {
  double max_difference = 0;  // largest |a - b|
  Point max_difference_at;    // its first cell, row by row
  double rmse = 0;            // root of the mean of (a - b)^2
  // Pearson's correlation of the cells, -1...1. Where a map is constant: 1 if both are equal, else
  // 0.
  double correlation = 1;
  double iou = 1;         // overlap of the hottest 20 %, 0...1
  double peak_shift = 0;  // distance of the peaks, in diagonals of the map, 0...1
};

// |a - b| of each cell. Throws Error(kUsage) if the sizes differ or the maps are empty.
[[nodiscard]] Map DifferenceOf(const Map& a, const Map& b);

// All of them. Throws Error(kUsage) if the sizes differ or the maps are empty.
[[nodiscard]] MapMeasures Measure(const Map& a, const Map& b);

// The hottest 20 % of a map of n cells are the ceil(n / 5) largest values and those that equal the
// least of them, without zeros. The overlap of two such sets is the number of cells in both,
// divided by that of cells in either; 1 if both are empty.
[[nodiscard]] double HottestOverlap(const Map& a, const Map& b);

// How far below a map's largest value a cell is still as good as its peak: as far as the default
// limit lets each cell change (Limits::max_difference).
inline constexpr double kNearPeak = 0.1;

// The distance between the centres of the largest cells (the first, row by row), divided by the
// map's diagonal. 0 where each map has, at the other's peak, a value within kNearPeak of its own
// largest one: of two cells that are all but equal, little decides which is the larger.
[[nodiscard]] double PeakShift(const Map& a, const Map& b);

}  // namespace gradcam
