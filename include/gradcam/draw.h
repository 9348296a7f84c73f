#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "gradcam/export.h"
#include "gradcam/image.h"
#include "gradcam/map.h"

namespace gradcam {

enum class Colormap { kJet, kTurbo, kViridis, kInferno, kGrey };

using Palette = std::array<std::array<std::uint8_t, 3>, 256>;  // R, G, B

[[nodiscard]] GRADCAM_EXPORT const Palette& PaletteOf(Colormap colormap);

// A picture of palette entries.
struct IndexedImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> indices;  // height * width
};

// `map` resized to width x height: bilinear, half-pixel centres, clamped at the border; coordinates
// in double. Throws Error(kUsage) for an empty map or a size < 1.
[[nodiscard]] GRADCAM_EXPORT Map Upsample(const Map& map, int width, int height);

// Palette indices min(255, int(256 * v)) of a map in 0...1 that covers `seen` of a picture of
// width x height; the rest is index 0. The map is upsampled to `seen` row by row: no map of the
// picture's size is held. Throws Error(kUsage) if `seen` lies outside the picture.
[[nodiscard]] GRADCAM_EXPORT IndexedImage DrawHeatmap(const Map& normalized, int width, int height,
                                                      const Rect& seen);

// The position of the largest drawn value in picture pixels, ties row by row from the top left.
struct Point {
  int x = 0;
  int y = 0;
};
[[nodiscard]] GRADCAM_EXPORT Point FindPeak(const Map& normalized, const Rect& seen);

// The picture with the coloured heatmap over `seen`, opacity `alpha` in 0...1; 8-bit blending.
// Throws Error(kUsage) if the sizes differ.
[[nodiscard]] GRADCAM_EXPORT Image DrawOverlay(const Image& picture, const IndexedImage& heatmap,
                                               const Palette& palette, double alpha,
                                               const Rect& seen);

// PNG files as bytes: RGB, or indexed with a palette of 256 colours. Throws Error(kUsage) for an
// empty picture.
[[nodiscard]] GRADCAM_EXPORT std::vector<std::uint8_t> EncodePng(const Image& image);
[[nodiscard]] GRADCAM_EXPORT std::vector<std::uint8_t> EncodePng(const IndexedImage& image,
                                                                 const Palette& palette);

}  // namespace gradcam
