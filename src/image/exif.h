#pragma once

#include <cstdint>
#include <span>

namespace gradcam {

// The orientation (1 to 8) that EXIF data asks for: the block of a JPEG APP1 segment, a PNG eXIf
// chunk or a WebP EXIF chunk, with or without the leading "Exif\0\0". 1 for data that is damaged,
// empty or silent about it.
[[nodiscard]] int ReadExifOrientation(std::span<const std::uint8_t> exif);

}  // namespace gradcam
