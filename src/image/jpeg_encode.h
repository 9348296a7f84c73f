#pragma once

#include <cstdint>
#include <vector>

#include "gradcam/image.h"

namespace gradcam {

// `image` as a baseline JPEG file with colours at half resolution; an alpha channel is left out.
// `quality` 1...100 as libjpeg means it. Throws Error(kUsage) for an empty picture or one with a
// side above 65500, the format's limit in libjpeg.
[[nodiscard]] std::vector<std::uint8_t> EncodeJpeg(const Image& image, int quality);

}  // namespace gradcam
