#include "image/png_decode.h"

#include <spng.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "gradcam/error.h"
#include "image/exif.h"
#include "image/orient.h"
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

  Image image{static_cast<int>(header.width), static_cast<int>(header.height), {}};
  image.rgb.resize(std::size_t{header.width} * header.height * 3);
  Check(spng_decode_image(context.get(), image.rgb.data(), image.rgb.size(), SPNG_FMT_RGB8, 0));
  // The chunks behind the pixels: the orientation may stand there, and a missing end shows there.
  Check(spng_decode_chunks(context.get()));
  const int orientation = OrientationOf(context.get());
  return {ApplyOrientation(std::move(image), orientation), orientation};
}

}  // namespace gradcam
