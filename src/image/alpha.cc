#include "image/alpha.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gradcam {
namespace {

// Calls `change(colour, alpha)` for the three colours of every pixel and keeps what it returns.
template <typename Change>
Image WithColours(Image image, const Change& change) {
  std::uint8_t* colour = image.rgb.data();
  for (const std::uint8_t alpha : image.alpha) {
    for (int i = 0; i < 3; ++i, ++colour) *colour = change(*colour, alpha);
  }
  return image;
}

// round(a * b / 255)
std::uint8_t Product(std::uint8_t a, std::uint8_t b) {
  const int product = a * b + 128;
  return static_cast<std::uint8_t>(((product >> 8) + product) >> 8);
}

}  // namespace

Image Premultiplied(Image image) { return WithColours(std::move(image), Product); }

Image Unpremultiplied(Image image) {
  return WithColours(std::move(image), [](std::uint8_t colour, std::uint8_t alpha) {
    const int whole = alpha == 0 ? colour : std::min(255, 255 * colour / alpha);
    return static_cast<std::uint8_t>(whole);
  });
}

Image OverWhite(Image image) {
  image = WithColours(std::move(image), [](std::uint8_t colour, std::uint8_t alpha) {
    return static_cast<std::uint8_t>(255 - Product(static_cast<std::uint8_t>(255 - colour), alpha));
  });
  image.alpha.clear();
  return image;
}

}  // namespace gradcam
