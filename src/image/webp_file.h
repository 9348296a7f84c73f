#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gradcam {

// The format's limit.
inline constexpr int kLargestWebpSide = 16383;

// What the end of a file of WithSoftware holds.
inline constexpr std::string_view kWebpSoftware{"\x08\0\0\0\x1A\0\0\0\0\0\0\0gradcam\0", 20};

// `webp`, a file of one lossy or lossless picture of this size without alpha and metadata, with an
// EXIF chunk that names gradcam as its software.
// https://developers.google.com/speed/webp/docs/riff_container
[[nodiscard]] std::vector<std::uint8_t> WithSoftware(std::span<const std::uint8_t> webp, int width,
                                                     int height);

}  // namespace gradcam
