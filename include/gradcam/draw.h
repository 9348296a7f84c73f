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

// Lives as long as the process.
[[nodiscard]] GRADCAM_EXPORT const Palette& PaletteOf(Colormap colormap);

// A picture of palette entries.
struct IndexedImage {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> indices;  // height * width
};

// What a bilinear, half-pixel-centred enlargement takes for the cells beyond a map's border.
enum class Upsampling {
  kEdge,     // the outermost cell again
  kSkimage,  // the map mirrored about its outermost cell: skimage.transform.resize(order=1) with
             // its default mode "reflect"
};

// Which values of a map in 0...1 are the first and the last colour.
enum class Normalization {
  kMax,     // 0 and 1
  kMinMax,  // the smallest and the largest drawn value, as matplotlib's imshow does
};

struct MapDrawing {
  Upsampling upsampling = Upsampling::kEdge;
  Normalization normalization = Normalization::kMax;
};

// `map` resized to width x height; coordinates in double. Throws Error(kUsage) for an empty map or
// a size < 1.
[[nodiscard]] GRADCAM_EXPORT Map Upsample(const Map& map, int width, int height,
                                          Upsampling upsampling = Upsampling::kEdge);

// A map that covers `seen` of a picture of width x height, upsampled; 0 elsewhere. Throws
// Error(kUsage) if `seen` is empty or lies outside the picture, or for an empty map.
[[nodiscard]] GRADCAM_EXPORT Map DrawMap(const Map& normalized, int width, int height,
                                         const Rect& seen,
                                         Upsampling upsampling = Upsampling::kEdge);

// Palette indices min(255, int(256 * v)) of the values v of DrawMap; outside of `seen` index 0. The
// map is upsampled row by row: none of the picture's size is held. With kMinMax, v is
// (value - min) / (max - min) over `seen`; a map of one value keeps it. Throws Error(kUsage) as
// DrawMap.
[[nodiscard]] GRADCAM_EXPORT IndexedImage DrawHeatmap(const Map& normalized, int width, int height,
                                                      const Rect& seen,
                                                      const MapDrawing& drawing = {});

// A pixel of a picture, from its top left corner.
struct Point {
  int x = 0;
  int y = 0;
};

// Where the largest drawn value stands in the picture that has `seen` as a part, the first one row
// by row; the corner of `seen` if no value is above 0. Throws Error(kUsage) for an empty map or
// `seen`.
[[nodiscard]] GRADCAM_EXPORT Point FindPeak(const Map& normalized, const Rect& seen,
                                            Upsampling upsampling = Upsampling::kEdge);

// The picture with the coloured heatmap over `seen`, opacity `alpha` in 0...1; 8-bit blending. A
// transparent picture lies over white. Throws Error(kUsage) if picture and heatmap differ in size,
// `seen` lies outside of them, or `alpha` outside of 0...1.
[[nodiscard]] GRADCAM_EXPORT Image DrawOverlay(const Image& picture, const IndexedImage& heatmap,
                                               const Palette& palette, double alpha,
                                               const Rect& seen);

// PNG files as bytes: RGB (an alpha channel is left out), or indexed with a palette of 256 colours.
// Throws Error(kUsage) for an empty picture, or one with more or fewer values than its size says.
[[nodiscard]] GRADCAM_EXPORT std::vector<std::uint8_t> EncodePng(const Image& image);
[[nodiscard]] GRADCAM_EXPORT std::vector<std::uint8_t> EncodePng(const IndexedImage& image,
                                                                 const Palette& palette);

}  // namespace gradcam
