#pragma once

#include <cstdint>
#include <span>

namespace gradcam {

// What must be known of a WebP file before a library decodes it.
struct WebpHeader {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  bool animated = false;
  std::span<const std::uint8_t> exif;  // points into the file; may be empty
};

// Throws Error(kInput) without the file's name.
[[nodiscard]] WebpHeader ReadWebpHeader(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
