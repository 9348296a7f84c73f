// Palette indices of a map, and where it is hottest (gradcam/draw.h).
#include <algorithm>
#include <cstddef>
#include <cstdint>

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

bool LiesInside(const Rect& rect, int width, int height) {
  return rect.x >= 0 && rect.y >= 0 && rect.width >= 1 && rect.height >= 1 &&
         rect.width <= width - rect.x && rect.height <= height - rect.y;
}

}  // namespace

IndexedImage DrawHeatmap(const Map& normalized, int width, int height, const Rect& seen) {
  if (!LiesInside(seen, width, height)) {
    throw Error(ErrorKind::kUsage, "the part that the network saw lies outside the picture");
  }
  const auto stride = static_cast<std::size_t>(width);
  IndexedImage heatmap{width, height, {}};
  heatmap.indices.resize(stride * static_cast<std::size_t>(height));
  RowUpsampler rows(normalized, seen.width, seen.height);
  for (int y = 0; y < seen.height; ++y) {
    const std::span<const float> row = rows.Row(y);
    std::uint8_t* out = heatmap.indices.data() + static_cast<std::size_t>(seen.y + y) * stride +
                        static_cast<std::size_t>(seen.x);
    std::transform(row.begin(), row.end(), out, IndexOf);
  }
  return heatmap;
}

Point FindPeak(const Map& normalized, const Rect& seen) {
  RowUpsampler rows(normalized, seen.width, seen.height);
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
