#pragma once

#include <cstdint>
#include <span>

#include "gradcam/image.h"

namespace gradcam {

// Decodes a PNG file: palette and grey become RGB, alpha and transparent colours are dropped,
// 16-bit samples lose their low byte. Gamma and colour profiles are ignored. Throws Error(kInput)
// without the file's name.
[[nodiscard]] Picture DecodePng(std::span<const std::uint8_t> bytes, const DecodeOptions& options);

}  // namespace gradcam
