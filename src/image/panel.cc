#include "image/panel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "gradcam/error.h"
#include "image/resample.h"
#include "image/text_line.h"

namespace gradcam {
namespace {

constexpr int kTile = 400;  // the box that each tile fits into
constexpr int kMargin = 16;
constexpr int kGutter = 8;
constexpr int kCaptionGap = 14;
constexpr std::uint8_t kPaper = 255;
constexpr int kInk = 40;

std::size_t Offset(const Image& image, int x, int y) {
  return (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
          static_cast<std::size_t>(x)) *
         3;
}

void Paste(Image& canvas, const Image& tile, int left, int top) {
  for (int y = 0; y < tile.height; ++y) {
    std::copy_n(tile.rgb.data() + Offset(tile, 0, y), static_cast<std::size_t>(tile.width) * 3,
                canvas.rgb.data() + Offset(canvas, left, top + y));
  }
}

void Paste(Image& canvas, const TextLine& text, int left, int top) {
  const std::uint8_t* in = text.ink.data();
  for (int y = 0; y < text.height; ++y) {
    std::uint8_t* out = canvas.rgb.data() + Offset(canvas, left, top + y);
    for (int x = 0; x < text.width; ++x, ++in) {
      const int grey = kPaper + (kInk - kPaper) * *in / 255;
      out = std::fill_n(out, 3, static_cast<std::uint8_t>(grey));
    }
  }
}

Image FitIntoTile(const Image& picture) {
  const double scale = static_cast<double>(kTile) / std::max({picture.width, picture.height, 1});
  const auto side = [scale](int n) {
    return std::max(1, static_cast<int>(std::lround(n * scale)));
  };
  return Resample(picture, side(picture.width), side(picture.height), ResizeFilter::kBicubic);
}

Image Compose(const std::array<Image, 3>& tiles, const std::string& caption) {
  const int tile_width = tiles[0].width;
  const int tile_height = tiles[0].height;
  const int row_width = 3 * tile_width + 2 * kGutter;
  // Narrow pictures leave the caption more room than their tiles.
  const int text_width = std::max(row_width, kTile);
  const TextLine text = DrawTextLine(caption, text_width - kMargin);

  Image canvas;
  canvas.width = std::max(row_width, text.width) + 2 * kMargin;
  canvas.height = kMargin + tile_height + kCaptionGap + text.height + kMargin / 2;
  canvas.rgb.assign(Offset(canvas, 0, canvas.height), kPaper);
  int left = (canvas.width - row_width) / 2;
  for (const Image& tile : tiles) {
    Paste(canvas, tile, left, kMargin);
    left += tile_width + kGutter;
  }
  Paste(canvas, text, (canvas.width - text.width) / 2, kMargin + tile_height + kCaptionGap);
  return canvas;
}

}  // namespace

Image DrawPanel(const Image& picture, const Image& heatmap, const Image& overlay,
                const std::string& caption) {
  const auto same_size = [&picture](const Image& other) {
    return other.width == picture.width && other.height == picture.height;
  };
  if (!same_size(heatmap) || !same_size(overlay)) {
    throw Error(ErrorKind::kUsage, "the pictures of a panel must have the same size");
  }
  return Compose({FitIntoTile(picture), FitIntoTile(heatmap), FitIntoTile(overlay)}, caption);
}

}  // namespace gradcam
