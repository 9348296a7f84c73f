#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/map.h"

namespace gradcam {

// A map resized row by row, so that a large picture never needs a map of its own size. Bilinear,
// half-pixel centres: the sample at pixel i of n lies at c = (i + 0.5) * cells / n - 0.5 of the
// map, computed in double.
class RowUpsampler {
 public:
  // `map` must outlive this object. Throws Error(kUsage) for an empty map or a size < 1.
  RowUpsampler(const Map& map, int width, int height, Upsampling upsampling);

  // Row `y` of the result, valid until the next call.
  [[nodiscard]] std::span<const float> Row(int y);

 private:
  // Pixels from `begin` to `end` that lie between the same two columns of the map.
  struct Stretch {
    std::size_t begin;
    std::size_t end;
    std::size_t left;
    std::size_t right;
  };

  const Map& map_;
  int height_;
  Upsampling upsampling_;
  std::vector<Stretch> stretches_;
  std::vector<double> fractions_;  // of the way from the left to the right column, one a pixel
  std::vector<double> cells_;      // one row of the map between two rows
  std::vector<float> row_;
};

}  // namespace gradcam
