#include "image/spng_context.h"

#include <cstddef>
#include <string>

#include "gradcam/error.h"

namespace gradcam {

SpngContext OpenSpng(std::span<const std::uint8_t> bytes) {
  // What texts, profiles and the like may take when unpacked: enough for any camera, small for a
  // bomb.
  constexpr std::size_t kMaxChunk = std::size_t{16} << 20;
  constexpr std::size_t kMaxChunks = std::size_t{64} << 20;
  SpngContext context(spng_ctx_new(0));
  if (!context) {
    throw Error(ErrorKind::kInput, "not enough memory");
  }
  CheckSpng(spng_set_crc_action(context.get(), SPNG_CRC_ERROR, SPNG_CRC_DISCARD));
  CheckSpng(spng_set_chunk_limits(context.get(), kMaxChunk, kMaxChunks));
  CheckSpng(spng_set_png_buffer(context.get(), bytes.data(), bytes.size()));
  return context;
}

void CheckSpng(int status) {
  if (status == SPNG_OK) {
    return;
  }
  if (status == SPNG_IO_EOF) {
    throw Error(ErrorKind::kInput, "the file is truncated");
  }
  throw Error(ErrorKind::kInput,
              "the PNG data is damaged (" + std::string(spng_strerror(status)) + ")");
}

}  // namespace gradcam
