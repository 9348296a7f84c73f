#include "image/orient.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradcam {
namespace {

// Where the pixel (x, y) of the result lies in the source: start + x * step_x + y * step_y, in
// pixels.
struct Walk {
  std::ptrdiff_t start;
  std::ptrdiff_t step_x;
  std::ptrdiff_t step_y;
};

Walk WalkFor(int orientation, std::ptrdiff_t width, std::ptrdiff_t height) {
  const std::ptrdiff_t right = width - 1;
  const std::ptrdiff_t bottom = (height - 1) * width;
  switch (orientation) {
    case 2:
      return {right, -1, width};
    case 3:
      return {bottom + right, -1, -width};
    case 4:
      return {bottom, 1, -width};
    case 5:
      return {0, width, 1};
    case 6:
      return {bottom, -width, 1};
    case 7:
      return {bottom + right, -width, -1};
    case 8:
      return {right, width, -1};
    default:
      return {0, 1, width};
  }
}

// Pixels of `kBytes` bytes in the order of `walk`; `width` x `height` is the size of the result.
template <std::ptrdiff_t kBytes>
std::vector<std::uint8_t> Turned(const std::vector<std::uint8_t>& pixels, const Walk& walk,
                                 int width, int height) {
  std::vector<std::uint8_t> turned(pixels.size());
  // In tiles, because a turned picture is read along its columns.
  constexpr int kTile = 64;
  for (int top = 0; top < height; top += kTile) {
    for (int left = 0; left < width; left += kTile) {
      const int right = std::min(left + kTile, width);
      for (int y = top; y < std::min(top + kTile, height); ++y) {
        std::uint8_t* out = turned.data() + kBytes * (std::ptrdiff_t{y} * width + left);
        const std::uint8_t* in = pixels.data() + kBytes * (walk.start + y * walk.step_y);
        for (int x = left; x < right; ++x, out += kBytes) {
          std::copy_n(in + x * walk.step_x * kBytes, kBytes, out);
        }
      }
    }
  }
  return turned;
}

}  // namespace

Image ApplyOrientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) {
    return image;
  }
  const Walk walk = WalkFor(orientation, image.width, image.height);
  const int width = orientation >= 5 ? image.height : image.width;
  const int height = orientation >= 5 ? image.width : image.height;
  Image upright{width, height, Turned<3>(image.rgb, walk, width, height)};
  if (!image.alpha.empty()) upright.alpha = Turned<1>(image.alpha, walk, width, height);
  return upright;
}

}  // namespace gradcam
