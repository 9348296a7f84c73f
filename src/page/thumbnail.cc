#include "page/thumbnail.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "image/alpha.h"
#include "image/jpeg_encode.h"
#include "image/resample.h"

namespace gradcam {
namespace {

// From what cannot be told from the original at this size down to visible blocks.
constexpr std::array kQualities{82, 72, 60, 45};

int Scaled(int length, double factor) {
  return std::max(1, static_cast<int>(std::lround(length * factor)));
}

}  // namespace

std::vector<std::uint8_t> MakeThumbnail(const Image& image, int side) {
  const int longest = std::max(image.width, image.height);
  const double factor = std::min(1.0, static_cast<double>(side) / longest);
  // Resampling first: little is left to lay over white.
  const Image small = OverWhite(Resample(image, Scaled(image.width, factor),
                                         Scaled(image.height, factor), ResizeFilter::kBicubic));
  for (const int quality : kQualities) {
    std::vector<std::uint8_t> bytes = EncodeJpeg(small, quality);
    if (bytes.size() <= kLargestThumbnail) return bytes;
  }
  return MakeThumbnail(small, std::max(small.width, small.height) / 2);
}

}  // namespace gradcam
