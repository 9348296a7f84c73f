#include "image/png_decode.h"

#include <spng.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "image/exif.h"
#include "image/size_limit.h"

namespace gradcam {
namespace {

// What texts, profiles and the like may take when unpacked: enough for any camera, small for a
// bomb.
constexpr std::size_t kMaxChunk = std::size_t{16} << 20;
constexpr std::size_t kMaxChunks = std::size_t{64} << 20;

struct ContextDeleter {
  void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};

void Check(int status) {
  if (status == SPNG_OK) {
    return;
  }
  if (status == SPNG_IO_EOF) {
    throw Error(ErrorKind::kInput, "the file is truncated");
  }
  throw Error(ErrorKind::kInput,
              "the PNG data is damaged (" + std::string(spng_strerror(status)) + ")");
}

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
    Check(spng_decode_image(context, image.rgb.data(), image.rgb.size(), SPNG_FMT_RGB8, 0));
    return image;
  }
  std::vector<std::uint8_t> rgba(pixels * 4);
  Check(spng_decode_image(context, rgba.data(), rgba.size(), SPNG_FMT_RGBA8, SPNG_DECODE_TRNS));
  return SplitChannels(rgba, width, height);
}

}  // namespace

Picture DecodePng(std::span<const std::uint8_t> bytes, const DecodeOptions& options) {
  const std::unique_ptr<spng_ctx, ContextDeleter> context(spng_ctx_new(0));
  if (!context) {
    throw Error(ErrorKind::kInput, "not enough memory");
  }
  Check(spng_set_crc_action(context.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD));
  Check(spng_set_chunk_limits(context.get(), kMaxChunk, kMaxChunks));
  Check(spng_set_png_buffer(context.get(), bytes.data(), bytes.size()));
  spng_ihdr header{};
  Check(spng_get_ihdr(context.get(), &header));
  CheckSize(header.width, header.height, options.max_pixels);

  Image image = DecodePixels(context.get(), header, options.alpha_channel);
  // The chunks behind the pixels: the orientation may stand there, and a missing end shows there.
  Check(spng_decode_chunks(context.get()));
  return {std::move(image), OrientationOf(context.get())};
}

}  // namespace gradcam
