#include "image/coloured.h"

#include <cstdint>

namespace gradcam {

Image Coloured(const IndexedImage& indexed, const Palette& palette) {
  Image image{indexed.width, indexed.height, {}};
  image.rgb.reserve(3 * indexed.indices.size());
  for (const std::uint8_t index : indexed.indices) {
    image.rgb.insert(image.rgb.end(), palette[index].begin(), palette[index].end());
  }
  return image;
}

}  // namespace gradcam
