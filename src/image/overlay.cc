// The coloured heatmap over the picture (gradcam/draw.h).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "image/alpha.h"

namespace gradcam {
namespace {

// `below` with `above` over it; opacity 0 to 255. The rounding is that of Anti-Grain Geometry,
// which matplotlib draws with.
std::uint8_t Blend(std::uint8_t below, std::uint8_t above, int opacity) {
  const int t = (above - below) * opacity + 128 - (below > above ? 1 : 0);
  return static_cast<std::uint8_t>(below + (((t >> 8) + t) >> 8));
}

void Check(const Image& picture, const IndexedImage& heatmap, double alpha, const Rect& seen) {
  if (picture.width != heatmap.width || picture.height != heatmap.height) {
    throw Error(ErrorKind::kUsage, "the heatmap has another size than the picture");
  }
  if (!(alpha >= 0 && alpha <= 1)) {
    throw Error(ErrorKind::kUsage, "alpha must lie between 0 and 1");
  }
  if (seen.x < 0 || seen.y < 0 || seen.width < 0 || seen.height < 0 ||
      seen.width > picture.width - seen.x || seen.height > picture.height - seen.y) {
    throw Error(ErrorKind::kUsage, "the part that the network saw lies outside the picture");
  }
}

}  // namespace

Image DrawOverlay(const Image& picture, const IndexedImage& heatmap, const Palette& palette,
                  double alpha, const Rect& seen) {
  Check(picture, heatmap, alpha, seen);
  const int opacity = static_cast<int>(std::lround(alpha * 255));
  Image overlay = OverWhite(picture);
  // A row is coloured first and blended then: two plain loops that the compiler can vectorise.
  std::vector<std::uint8_t> colours(static_cast<std::size_t>(seen.width) * 3);
  for (int y = seen.y; y < seen.y + seen.height; ++y) {
    const std::size_t first =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.width) +
        static_cast<std::size_t>(seen.x);
    const std::uint8_t* indices = heatmap.indices.data() + first;
    for (std::size_t x = 0; x < colours.size() / 3; ++x) {
      std::copy_n(palette[indices[x]].data(), 3, colours.data() + 3 * x);
    }
    std::uint8_t* pixels = overlay.rgb.data() + first * 3;
    std::transform(
        colours.begin(), colours.end(), pixels, pixels,
        [opacity](std::uint8_t above, std::uint8_t below) { return Blend(below, above, opacity); });
  }
  return overlay;
}

}  // namespace gradcam
