// A map at the size of a picture: as numbers, as palette indices, and where it is hottest
// (gradcam/draw.h).
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/upsample.h"

namespace gradcam {
namespace {

std::uint8_t IndexOf(float value) {
  // Written so that NaN gives 0.
  const float scaled = value > 0.0F ? 256.0F * value : 0.0F;
  return static_cast<std::uint8_t>(static_cast<int>(std::min(scaled, 255.0F)));
}

void RequireInside(const Rect& rect, int width, int height) {
  const bool inside = rect.x >= 0 && rect.y >= 0 && rect.width >= 1 && rect.height >= 1 &&
                      rect.width <= width - rect.x && rect.height <= height - rect.y;
  if (!inside) {
    throw Error(ErrorKind::kUsage, "the part that the network saw lies outside the picture");
  }
}

std::size_t Area(int width, int height) {
  return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

// The element of a picture of `width` at the left end of row `y` of `seen`.
std::size_t RowStart(int width, const Rect& seen, int y) {
  return Area(width, seen.y + y) + static_cast<std::size_t>(seen.x);
}

struct Range {
  float min = std::numeric_limits<float>::infinity();
  float max = -std::numeric_limits<float>::infinity();
};

Range DrawnRange(RowUpsampler rows, int height) {
  Range range;
  for (int y = 0; y < height; ++y) {
    const auto [min, max] = std::ranges::minmax(rows.Row(y));
    range.min = std::min(range.min, min);
    range.max = std::max(range.max, max);
  }
  return range;
}

// What is coloured: 0...1, the first to the last colour. {0, 1} leaves values as they are.
Range ColourRange(const RowUpsampler& rows, int height, Normalization normalization) {
  if (normalization == Normalization::kMinMax) {
    const Range drawn = DrawnRange(rows, height);
    if (drawn.max > drawn.min) return drawn;
  }
  return {0.0F, 1.0F};
}

}  // namespace

Map DrawMap(const Map& normalized, int width, int height, const Rect& seen, Upsampling upsampling) {
  RequireInside(seen, width, height);
  Map drawn{width, height, {}};
  drawn.values.resize(Area(width, height));
  RowUpsampler rows(normalized, seen.width, seen.height, upsampling);
  for (int y = 0; y < seen.height; ++y) {
    std::ranges::copy(rows.Row(y), drawn.values.data() + RowStart(width, seen, y));
  }
  return drawn;
}

IndexedImage DrawHeatmap(const Map& normalized, int width, int height, const Rect& seen,
                         const MapDrawing& drawing) {
  RequireInside(seen, width, height);
  IndexedImage heatmap{width, height, {}};
  heatmap.indices.resize(Area(width, height));
  RowUpsampler rows(normalized, seen.width, seen.height, drawing.upsampling);
  const Range range = ColourRange(rows, seen.height, drawing.normalization);
  const float extent = range.max - range.min;
  for (int y = 0; y < seen.height; ++y) {
    std::ranges::transform(rows.Row(y), heatmap.indices.data() + RowStart(width, seen, y),
                           [&](float value) { return IndexOf((value - range.min) / extent); });
  }
  return heatmap;
}

Point FindPeak(const Map& normalized, const Rect& seen, Upsampling upsampling) {
  RowUpsampler rows(normalized, seen.width, seen.height, upsampling);
  Point peak{seen.x, seen.y};
  float highest = 0.0F;
  for (int y = 0; y < seen.height; ++y) {
    const std::span<const float> row = rows.Row(y);
    const auto top = std::max_element(row.begin(), row.end());
    if (*top > highest) {
      highest = *top;
      peak = {seen.x + static_cast<int>(top - row.begin()), seen.y + y};
    }
  }
  return peak;
}

}  // namespace gradcam
