#include "image/webp_header.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>

#include "gradcam/error.h"
#include "image/byte_reader.h"

namespace gradcam {
namespace {

constexpr std::uint64_t kAnimationFlag = 0x02;
constexpr std::uint64_t kFirstChunk = 12;
constexpr std::uint64_t kChunkHeader = 8;

}  // namespace

WebpHeader ReadWebpHeader(std::span<const std::uint8_t> bytes) {
  const ByteReader reader(bytes, std::endian::little);
  WebpHeader header;
  // Chunks: four letters, size, data, padded to an even size.
  for (std::uint64_t at = kFirstChunk; at + kChunkHeader <= bytes.size();) {
    const std::string_view name(reinterpret_cast<const char*>(bytes.data() + at), 4);
    const std::uint64_t size = reader.Read(at + 4, 4);
    const std::uint64_t data = at + kChunkHeader;
    const bool known = header.width != 0;  // VP8X, the canvas, comes first
    if (name == "VP8X") {
      header.animated = (reader.Read(data, 1) & kAnimationFlag) != 0;
      header.width = reader.Read(data + 4, 3) + 1;
      header.height = reader.Read(data + 7, 3) + 1;
    } else if (name == "VP8 " && !known) {
      // Behind the frame tag (3 bytes) and the start code (3 bytes): 14 bits and a scale each.
      header.width = reader.Read(data + 6, 2) & 0x3FFF;
      header.height = reader.Read(data + 8, 2) & 0x3FFF;
    } else if (name == "VP8L" && !known) {
      const std::uint64_t bits = reader.Read(data + 1, 4);
      header.width = (bits & 0x3FFF) + 1;
      header.height = (bits >> 14 & 0x3FFF) + 1;
    } else if (name == "EXIF") {
      header.exif = bytes.subspan(data, std::min<std::uint64_t>(size, bytes.size() - data));
    }
    at = data + size + size % 2;
  }
  if (header.width == 0) {
    throw Error(ErrorKind::kInput, "the WebP file is damaged or truncated");
  }
  return header;
}

}  // namespace gradcam
