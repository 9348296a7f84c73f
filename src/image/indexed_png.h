#pragma once

#include <cstdint>
#include <span>

#include "gradcam/draw.h"

namespace gradcam {

struct IndexedPng {
  IndexedImage image;
  Palette palette;
};

// Decodes a PNG file of 8-bit palette indices and 256 colours, the form of heatmaps: the indices as
// they are stored. Throws Error(kInput) without the file's name: any other kind of PNG, damaged
// data, more than `max_pixels`.
[[nodiscard]] IndexedPng DecodeIndexedPng(std::span<const std::uint8_t> bytes,
                                          std::int64_t max_pixels);

}  // namespace gradcam
