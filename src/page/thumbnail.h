#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gradcam/image.h"

namespace gradcam {

inline constexpr std::size_t kLargestThumbnail = std::size_t{12} * 1024;  // bytes

// `image` fitted into side x side pixels (never enlarged, aspect ratio kept, at least 1x1), as a
// JPEG file of at most kLargestThumbnail bytes: of less quality, then smaller, where it would be
// larger. A transparent picture lies over white.
[[nodiscard]] std::vector<std::uint8_t> MakeThumbnail(const Image& image, int side);

}  // namespace gradcam
