#include "image/panel.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gradcam/error.h"
#include "image/resample.h"

namespace gradcam {
namespace {

constexpr int kTile = 400;  // the box that each tile fits into
constexpr int kMargin = 16;
constexpr int kGutter = 8;
constexpr int kCaptionGap = 14;
constexpr int kCapHeight = 16;  // of the caption's capitals
constexpr std::uint8_t kPaper = 255;
constexpr int kInk = 40;

// Text is drawn several times as large as it is shown: OpenCV's stroke fonts look coarse otherwise.
constexpr int kOversampling = 4;
constexpr int kFont = cv::FONT_HERSHEY_DUPLEX;

// One code point of UTF-8 text, or U+FFFD for a byte that belongs to none, and the bytes it takes.
struct CodePoint {
  char32_t value;
  std::size_t size;
};

CodePoint DecodeUtf8(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    return {lead, 1};
  }
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 0;
  if (size == 0 || text.size() < size) {
    return {U'\uFFFD', 1};
  }
  char32_t value = lead & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) {
      return {U'\uFFFD', 1};
    }
    value = value << 6 | (next & 0x3FU);
  }
  return {value, size};
}

// The nearest that OpenCV's fonts, which are ASCII only, can show.
char ToAscii(char32_t c) {
  constexpr std::string_view kLatin1 =
      "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";  // U+00C0 to U+00FF
  if (c >= 0x20 && c < 0x7F) {
    return static_cast<char>(c);
  }
  if (c >= 0xC0 && c <= 0xFF) {
    return kLatin1[c - 0xC0];
  }
  switch (c) {
    case U'\u2018':
    case U'\u2019':
      return '\'';
    case U'\u2013':
    case U'\u2014':
      return '-';
    case U'\u00A0':
    case U'\t':
    case U'\n':
      return ' ';
    default:
      return '?';
  }
}

std::string ToAscii(std::string_view text) {
  std::string ascii;
  while (!text.empty()) {
    const CodePoint c = DecodeUtf8(text);
    ascii += ToAscii(c.value);
    text.remove_prefix(c.size);
  }
  return ascii;
}

// Size and place of a line of oversampled text.
struct TextBox {
  double scale = 1;
  int thickness = 1;
  cv::Size size;
  int baseline = 0;
};

TextBox Measure(const std::string& text) {
  TextBox box;
  box.thickness = kOversampling + kOversampling / 2;
  box.scale = cv::getFontScaleFromHeight(kFont, kCapHeight * kOversampling, box.thickness);
  box.size = cv::getTextSize(text, kFont, box.scale, box.thickness, &box.baseline);
  return box;
}

// The longest start of `text`, with "..." if it is not the whole, that is at most `width` wide.
std::string Shorten(std::string text, int width) {
  if (Measure(text).size.width <= width * kOversampling) {
    return text;
  }
  while (!text.empty() && Measure(text + "...").size.width > width * kOversampling) {
    text.pop_back();
  }
  return text + "...";
}

// How dark each pixel of a line of text is: 0 for paper, 255 for ink.
cv::Mat DrawText(const std::string& text) {
  const TextBox box = Measure(text);
  const int pad = box.thickness;
  const auto round_up = [](int n) { return (n + kOversampling - 1) / kOversampling; };
  const cv::Size shown(round_up(box.size.width + 2 * pad),
                       round_up(box.size.height + box.baseline + 2 * pad));
  cv::Mat large = cv::Mat::zeros(shown * kOversampling, CV_8UC1);
  cv::putText(large, text, {pad, pad + box.size.height}, kFont, box.scale, cv::Scalar(255),
              box.thickness, cv::LINE_AA);
  cv::Mat small;
  cv::resize(large, small, shown, 0, 0, cv::INTER_AREA);
  return small;
}

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

void Paste(Image& canvas, const cv::Mat& text, int left, int top) {
  for (int y = 0; y < text.rows; ++y) {
    std::uint8_t* out = canvas.rgb.data() + Offset(canvas, left, top + y);
    for (int x = 0; x < text.cols; ++x) {
      const int grey = kPaper + (kInk - kPaper) * text.at<std::uint8_t>(y, x) / 255;
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
  const cv::Mat text = DrawText(Shorten(ToAscii(caption), text_width - kMargin));

  Image canvas;
  canvas.width = std::max(row_width, text.cols) + 2 * kMargin;
  canvas.height = kMargin + tile_height + kCaptionGap + text.rows + kMargin / 2;
  canvas.rgb.assign(Offset(canvas, 0, canvas.height), kPaper);
  int left = (canvas.width - row_width) / 2;
  for (const Image& tile : tiles) {
    Paste(canvas, tile, left, kMargin);
    left += tile_width + kGutter;
  }
  Paste(canvas, text, (canvas.width - text.cols) / 2, kMargin + tile_height + kCaptionGap);
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
  try {
    return Compose({FitIntoTile(picture), FitIntoTile(heatmap), FitIntoTile(overlay)}, caption);
  } catch (const cv::Exception& error) {
    throw Error(ErrorKind::kOutput, "cannot draw a panel: " + error.err);
  }
}

}  // namespace gradcam
