#include "image/upsample.h"

#include <algorithm>
#include <cmath>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// Between which two cells a pixel's centre lies, and how far on the way.
struct Position {
  std::size_t first;
  std::size_t second;
  double fraction;
};

// The cell that stands for `cell`, which may lie one beyond the border.
std::size_t CellOf(int cell, int cells, Upsampling upsampling) {
  if (upsampling == Upsampling::kSkimage && cells > 1) {
    if (cell < 0) return 1;
    if (cell >= cells) return static_cast<std::size_t>(cells - 2);
  }
  return static_cast<std::size_t>(std::clamp(cell, 0, cells - 1));
}

Position PositionOf(int pixel, int pixels, int cells, Upsampling upsampling) {
  const double centre = (pixel + 0.5) * cells / pixels - 0.5;
  const double floor = std::floor(centre);
  const int cell = static_cast<int>(floor);
  return {CellOf(cell, cells, upsampling), CellOf(cell + 1, cells, upsampling), centre - floor};
}

}  // namespace

RowUpsampler::RowUpsampler(const Map& map, int width, int height, Upsampling upsampling)
    : map_(map), height_(height), upsampling_(upsampling) {
  if (map.width < 1 || map.height < 1 || width < 1 || height < 1) {
    throw Error(ErrorKind::kUsage, "cannot resize a map of " + std::to_string(map.width) + " x " +
                                       std::to_string(map.height) + " cells to " +
                                       std::to_string(width) + " x " + std::to_string(height));
  }
  const auto pixels = static_cast<std::size_t>(width);
  fractions_.resize(pixels);
  row_.resize(pixels);
  cells_.resize(static_cast<std::size_t>(map.width));
  for (std::size_t x = 0; x < pixels; ++x) {
    const Position position = PositionOf(static_cast<int>(x), width, map.width, upsampling);
    fractions_[x] = position.fraction;
    if (stretches_.empty() || stretches_.back().left != position.first ||
        stretches_.back().right != position.second) {
      stretches_.push_back({x, x, position.first, position.second});
    }
    stretches_.back().end = x + 1;
  }
}

std::span<const float> RowUpsampler::Row(int y) {
  const Position position = PositionOf(y, height_, map_.height, upsampling_);
  const float* upper = map_.values.data() + position.first * cells_.size();
  const float* lower = map_.values.data() + position.second * cells_.size();
  const double down = position.fraction;
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    cells_[i] = (1 - down) * double{upper[i]} + down * double{lower[i]};
  }
  for (const Stretch& stretch : stretches_) {
    const double left = cells_[stretch.left];
    const double right = cells_[stretch.right];
    for (std::size_t x = stretch.begin; x < stretch.end; ++x) {
      row_[x] = static_cast<float>((1 - fractions_[x]) * left + fractions_[x] * right);
    }
  }
  return row_;
}

Map Upsample(const Map& map, int width, int height, Upsampling upsampling) {
  RowUpsampler rows(map, width, height, upsampling);
  Map result{width, height, {}};
  result.values.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  for (int y = 0; y < height; ++y) {
    const std::span<const float> row = rows.Row(y);
    result.values.insert(result.values.end(), row.begin(), row.end());
  }
  return result;
}

}  // namespace gradcam
