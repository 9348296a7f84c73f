#pragma once

#include <string>
#include <vector>

#include "compare/map_measures.h"

namespace gradcam {

// How far CURRENT may be from BASELINE. docs/regression.md has the measurements that the defaults
// come from.
struct Limits {
  double max_difference = 0.1;    // --max-diff: of any cell of the normalised maps, 0...1
  double max_rmse = 0.05;         // --max-rmse: root mean square difference, 0...1
  double min_correlation = 0.99;  // --min-corr: Pearson's, -1...1
  double min_iou = 0.6;           // --min-iou: overlap of the hottest 20 %, 0...1
  double max_peak_shift = 0.15;   // --max-peak-shift: in diagonals of the map, 0...1
  double max_probability_difference = 0.05;  // --max-prob-diff, 0...1
};

// A measure beyond its limit.
struct Exceeded {
  std::string measure;  // its key in JSON: "max_difference"
  std::string text;     // "largest difference 0.31 at column 3, row 4, limit 0.1"
  double value = 0;
  double limit = 0;
};

// The measures that are beyond their limits; a value at its limit is within.
[[nodiscard]] std::vector<Exceeded> ExceededLimits(const MapMeasures& measures,
                                                   const Limits& limits);

}  // namespace gradcam
