#pragma once

#include <cstdint>
#include <span>

#include "gradcam/image.h"

namespace gradcam {

// Decodes a JPEG file with libjpeg-turbo's default settings, so that the bytes are those of Pillow.
// Grey, CMYK and YCCK pictures become RGB (four colours are taken as inverted, as Adobe writes them
// and Pillow reads them). Throws Error(kInput) without the file's name, also for truncated and
// damaged data for which the library itself would give a half grey picture. The orientation is not
// applied.
[[nodiscard]] Picture DecodeJpeg(std::span<const std::uint8_t> bytes, const DecodeOptions& options);

}  // namespace gradcam
