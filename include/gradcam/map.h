#pragma once

#include <cstddef>
#include <vector>

#include "gradcam/export.h"

namespace gradcam {

// One value a cell, rows from top to bottom: a heatmap before it has colours.
struct Map {
  int width = 0;
  int height = 0;
  std::vector<float> values;  // height * width

  // Of column x, row y, which must lie in the map.
  [[nodiscard]] float at(int x, int y) const {
    return values[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                  static_cast<std::size_t>(x)];
  }
};

// What a raw map can be drawn as; the first that fits, in this order.
enum class MapStatus {
  kNonfinite,       // holds NaN or an infinity; drawn as 0
  kAllZero,         // every value is 0; drawn as 0
  kAllNonpositive,  // the maximum is <= 0; drawn as 0
  kFlat,            // every value is the same positive number; drawn as 1
  kOk,
};

// Status and range of a raw map. With kNonfinite the numbers are those of the finite values (0 if
// there are none).
struct MapSummary {
  MapStatus status = MapStatus::kOk;
  double min = 0;
  double max = 0;
  double mean = 0;
};

// Throws nothing; an empty map is kAllZero.
[[nodiscard]] GRADCAM_EXPORT MapSummary Summarize(const Map& raw);

// max(raw, 0) / max(raw), in 0...1; zeros for a map without a positive finite maximum. No epsilon:
// raw maps of 1e-30 and of 1e+30 give the same result.
[[nodiscard]] GRADCAM_EXPORT Map Normalize(const Map& raw);

}  // namespace gradcam
