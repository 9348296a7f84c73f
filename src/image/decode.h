#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "gradcam/image.h"

namespace gradcam {

// Decodes the bytes of a picture file; the format is told by content. `name` stands in messages.
// Throws Error(kInput).
[[nodiscard]] Picture DecodePicture(std::span<const std::uint8_t> bytes, const std::string& name,
                                    const DecodeOptions& options);

}  // namespace gradcam
