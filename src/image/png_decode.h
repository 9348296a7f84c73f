#pragma once

#include <cstdint>
#include <span>

#include "gradcam/image.h"

namespace gradcam {

// Decodes a PNG file: palette and grey become RGB, 16-bit samples lose their low byte; alpha and
// transparent colours are read unless AlphaChannel::kDrop. Gamma and colour profiles are ignored,
// the orientation is not applied. Throws Error(kInput) without the file's name.
[[nodiscard]] Picture DecodePng(std::span<const std::uint8_t> bytes, const DecodeOptions& options);

}  // namespace gradcam
