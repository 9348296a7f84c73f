#include "image/indexed_png.h"

#include <spng.h>

#include <cstddef>
#include <vector>

#include "gradcam/error.h"
#include "image/size_limit.h"
#include "image/spng_context.h"

namespace gradcam {
namespace {

[[noreturn]] void FailKind() {
  throw Error(ErrorKind::kInput, "not a PNG picture with a palette of 256 colours");
}

Palette PaletteIn(spng_ctx* context) {
  spng_plte stored{};
  CheckSpng(spng_get_plte(context, &stored));
  Palette palette{};
  if (stored.n_entries != palette.size()) FailKind();
  for (std::size_t i = 0; i < palette.size(); ++i) {
    const spng_plte_entry& entry = stored.entries[i];
    palette.at(i) = {entry.red, entry.green, entry.blue};
  }
  return palette;
}

}  // namespace

IndexedPng DecodeIndexedPng(std::span<const std::uint8_t> bytes, std::int64_t max_pixels) {
  const SpngContext context = OpenSpng(bytes);
  spng_ihdr header{};
  CheckSpng(spng_get_ihdr(context.get(), &header));
  CheckSize(header.width, header.height, max_pixels);
  if (header.color_type != SPNG_COLOR_TYPE_INDEXED || header.bit_depth != 8) FailKind();

  IndexedPng png;
  png.palette = PaletteIn(context.get());
  png.image.width = static_cast<int>(header.width);
  png.image.height = static_cast<int>(header.height);
  png.image.indices.resize(std::size_t{header.width} * header.height);
  CheckSpng(spng_decode_image(context.get(), png.image.indices.data(), png.image.indices.size(),
                              SPNG_FMT_RAW, 0));
  CheckSpng(spng_decode_chunks(context.get()));  // a missing end shows there
  return png;
}

}  // namespace gradcam
