#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gradcam/image.h"

namespace gradcam {

enum class JpegColours {
  kHalf,  // at half the resolution of the brightness, as photos are usually stored
  kFull,
};

// A limit of libjpeg.
inline constexpr int kLargestJpegSide = 65500;

// A comment at the beginning of every file.
inline constexpr std::string_view kJpegComment{"made by gradcam"};

// `image` as a baseline JPEG file; an alpha channel is left out. `quality` 1...100 as libjpeg means
// it. Throws Error(kUsage) for an empty picture or one with a side above 65500, the format's limit
// in libjpeg.
[[nodiscard]] std::vector<std::uint8_t> EncodeJpeg(const Image& image, int quality,
                                                   JpegColours colours = JpegColours::kHalf);

}  // namespace gradcam
