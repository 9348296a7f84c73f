#include "image/orient.h"

#include <algorithm>
#include <cstddef>
#include <utility>

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

}  // namespace

Image ApplyOrientation(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) {
    return image;
  }
  const Walk walk = WalkFor(orientation, image.width, image.height);
  Image upright;
  upright.width = orientation >= 5 ? image.height : image.width;
  upright.height = orientation >= 5 ? image.width : image.height;
  upright.rgb.resize(image.rgb.size());
  // In tiles, because a turned picture is read along its columns.
  constexpr int kTile = 64;
  for (int top = 0; top < upright.height; top += kTile) {
    for (int left = 0; left < upright.width; left += kTile) {
      const int right = std::min(left + kTile, upright.width);
      for (int y = top; y < std::min(top + kTile, upright.height); ++y) {
        std::uint8_t* out =
            upright.rgb.data() + 3 * (std::ptrdiff_t{y} * upright.width + std::ptrdiff_t{left});
        const std::uint8_t* in = image.rgb.data() + 3 * (walk.start + y * walk.step_y);
        for (int x = left; x < right; ++x, out += 3) {
          std::copy_n(in + x * walk.step_x * 3, 3, out);
        }
      }
    }
  }
  return upright;
}

}  // namespace gradcam
