#include "image/codecs.h"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin.h"
#include "gradcam/error.h"
#include "image/alpha.h"
#include "image/byte_reader.h"
#include "image/exif.h"
#include "image/pnm_header.h"
#include "image/size_limit.h"
#include "image/tiff_header.h"
#include "image/webp_header.h"

namespace gradcam {
namespace {

using Bytes = std::span<const std::uint8_t>;

// What a header says, whatever the format.
struct Header {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  int orientation = 1;
  int maximum = 0;  // as Codecs::Decode takes it
  bool has_alpha = false;
  bool premultiplied = false;  // colours are stored times alpha
};

Header ReadBmp(Bytes bytes) {
  const ByteReader reader(bytes, std::endian::little);
  constexpr std::uint64_t kOs2Header = 12;
  if (reader.Read(14, 4) == kOs2Header) {
    return {.width = reader.Read(18, 2), .height = reader.Read(20, 2)};
  }
  // A negative height says that rows run from top to bottom.
  const auto height = static_cast<std::int32_t>(reader.Read(22, 4));
  const std::int64_t rows = height;
  // Headers from version 3 on have masks; without a mask for alpha the fourth byte means nothing.
  constexpr std::uint64_t kVersion3 = 56;
  const bool has_masks = reader.Read(14, 4) >= kVersion3;
  return {.width = reader.Read(18, 4),
          .height = static_cast<std::uint64_t>(rows < 0 ? -rows : rows),
          .has_alpha = has_masks && reader.Read(66, 4) != 0};
}

Header ReadTiff(Bytes bytes, const DecodeOptions& options) {
  const TiffHeader tiff = ReadTiffHeader(bytes);
  if (tiff.floating_point) {
    throw Error(ErrorKind::kInput, "TIFF pictures with floating-point samples are not supported",
                "convert it to 8 or 16 bits a sample first");
  }
  CheckSize(tiff.tile_width, tiff.tile_height, options.max_pixels);
  return {.width = tiff.width,
          .height = tiff.height,
          .orientation = tiff.orientation,
          .has_alpha = tiff.alpha != TiffHeader::Alpha::kNone,
          .premultiplied = tiff.alpha == TiffHeader::Alpha::kAssociated};
}

Header ReadWebp(Bytes bytes) {
  const WebpHeader webp = ReadWebpHeader(bytes);
  if (webp.animated) {
    throw Error(ErrorKind::kInput, "animated WebP pictures are not supported",
                "save one of its frames as a PNG or JPEG file first");
  }
  return {.width = webp.width,
          .height = webp.height,
          .orientation = webp.exif.empty() ? 1 : ReadExifOrientation(webp.exif),
          .has_alpha = true};
}

Header ReadPnm(Bytes bytes) {
  const PnmHeader pnm = ReadPnmHeader(bytes);
  // OpenCV scales 8-bit text samples itself, but neither binary ones nor 16-bit ones.
  const bool scaled = pnm.maximum == 1 || (!pnm.binary && pnm.maximum < 256);
  return {.width = pnm.width, .height = pnm.height, .maximum = scaled ? 0 : pnm.maximum};
}

Header ReadHeader(Bytes bytes, Format format, const DecodeOptions& options) {
  switch (format) {
    case Format::kBmp:
      return ReadBmp(bytes);
    case Format::kTiff:
      return ReadTiff(bytes, options);
    case Format::kWebp:
      return ReadWebp(bytes);
    default:
      return ReadPnm(bytes);
  }
}

const Codecs& OpenCodecs(Format format, std::span<const std::filesystem::path> folders) {
  const Plugin plugin = OpenPlugin("codecs", Codecs::kVersion, folders);
  if (plugin.interface == nullptr) {
    throw Error(ErrorKind::kInput,
                std::string(NameOf(format)) +
                    " pictures need the plug-in libgradcam_codecs.so, "
                    "which " +
                    plugin.problem,
                "install the plug-in, or convert the picture to PNG or JPEG first");
  }
  return *static_cast<const Codecs*>(plugin.interface);
}

}  // namespace

Picture DecodeWithCodecs(Bytes bytes, Format format, const DecodeOptions& options,
                         std::span<const std::filesystem::path> plugin_folders) {
  const Header header = ReadHeader(bytes, format, options);
  CheckSize(header.width, header.height, options.max_pixels);
  const Codecs& codecs = OpenCodecs(format, plugin_folders);
  std::vector<std::uint8_t> neutral;
  if (format == Format::kTiff) {
    neutral = NeutralTiff(bytes);
    bytes = neutral;
  }
  const bool keep_alpha =
      header.premultiplied || (header.has_alpha && options.alpha_channel != AlphaChannel::kDrop);
  Image image = codecs.Decode(bytes, header.maximum,
                              keep_alpha ? Codecs::Channels::kRgba : Codecs::Channels::kRgb);
  if (static_cast<std::uint64_t>(image.width) != header.width ||
      static_cast<std::uint64_t>(image.height) != header.height) {
    throw Error(ErrorKind::kInput, "the " + std::string(NameOf(format)) + " file is damaged");
  }
  if (header.premultiplied) image = Unpremultiplied(std::move(image));
  return {std::move(image), header.orientation};
}

std::uint64_t PixelsOfCodecs(Bytes bytes, Format format) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  const Header header = ReadHeader(bytes, format, {.max_pixels = kAny});
  CheckSize(header.width, header.height, kAny);
  return header.width * header.height;
}

}  // namespace gradcam
