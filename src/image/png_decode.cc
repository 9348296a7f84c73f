#include "image/png_decode.h"

#include <spng.h>

#include <cstddef>
#include <utility>
#include <vector>

#include "image/exif.h"
#include "image/size_limit.h"
#include "image/spng_context.h"

namespace gradcam {
namespace {

int OrientationOf(spng_ctx* context) {
  spng_exif exif{};
  if (spng_get_exif(context, &exif) != SPNG_OK) {
    return 1;
  }
  return ReadExifOrientation({reinterpret_cast<const std::uint8_t*>(exif.data), exif.length});
}

bool HasAlpha(spng_ctx* context, const spng_ihdr& header) {
  spng_trns transparent{};
  return header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA ||
         header.color_type == SPNG_COLOR_TYPE_TRUECOLOR_ALPHA ||
         spng_get_trns(context, &transparent) == SPNG_OK;
}

// Four bytes a pixel as colours and opacity.
Image SplitChannels(const std::vector<std::uint8_t>& rgba, int width, int height) {
  Image image{width, height, {}};
  image.rgb.reserve(rgba.size() / 4 * 3);
  image.alpha.reserve(rgba.size() / 4);
  for (auto pixel = rgba.begin(); pixel != rgba.end(); pixel += 4) {
    image.rgb.insert(image.rgb.end(), pixel, pixel + 3);
    image.alpha.push_back(pixel[3]);
  }
  return image;
}

Image DecodePixels(spng_ctx* context, const spng_ihdr& header, AlphaChannel alpha_channel) {
  const auto width = static_cast<int>(header.width);
  const auto height = static_cast<int>(header.height);
  const std::size_t pixels = std::size_t{header.width} * header.height;
  if (alpha_channel == AlphaChannel::kDrop || !HasAlpha(context, header)) {
    Image image{width, height, std::vector<std::uint8_t>(pixels * 3)};
    CheckSpng(spng_decode_image(context, image.rgb.data(), image.rgb.size(), SPNG_FMT_RGB8, 0));
    return image;
  }
  std::vector<std::uint8_t> rgba(pixels * 4);
  CheckSpng(spng_decode_image(context, rgba.data(), rgba.size(), SPNG_FMT_RGBA8, SPNG_DECODE_TRNS));
  return SplitChannels(rgba, width, height);
}

}  // namespace

Picture DecodePng(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  const SpngContext context = OpenSpng(bytes);
  spng_ihdr header{};
  CheckSpng(spng_get_ihdr(context.get(), &header));
  CheckSize(header.width, header.height, options.max_pixels);

  Image image = DecodePixels(context.get(), header, options.alpha_channel);
  // The chunks behind the pixels: the orientation may stand there, and a missing end shows there.
  CheckSpng(spng_decode_chunks(context.get()));
  return {std::move(image), OrientationOf(context.get())};
}

}  // namespace gradcam
