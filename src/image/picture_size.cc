#include "image/picture_size.h"

#include <bit>
#include <cstddef>

#include "gradcam/error.h"
#include "image/byte_reader.h"
#include "image/codecs.h"
#include "image/sniff.h"

namespace gradcam {
namespace {

using Bytes = std::span<const std::uint8_t>;

// SOF0 to SOF15: the headers of a frame. Three numbers of the row mean something else.
bool IsFrameHeader(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

std::optional<std::uint64_t> PixelsOfJpeg(Bytes bytes) {
  const ByteReader reader(bytes, std::endian::big);
  // Segments follow each other, each 0xFF, marker, length, data; 0xFF may be repeated.
  for (std::size_t at = 2; at + 9 < bytes.size() && bytes[at] == 0xFF;) {
    const std::uint8_t marker = bytes[at + 1];
    if (marker == 0xFF) {
      ++at;
    } else if (IsFrameHeader(marker)) {
      return reader.Read(at + 5, 2) * reader.Read(at + 7, 2);
    } else {
      at += 2 + reader.Read(at + 2, 2);
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> PixelsOfPng(Bytes bytes) {
  constexpr std::size_t kEndOfSize = 24;
  if (bytes.size() < kEndOfSize) return std::nullopt;
  const ByteReader reader(bytes, std::endian::big);
  return reader.Read(16, 4) * reader.Read(20, 4);
}

}  // namespace

std::optional<std::uint64_t> ClaimedPixels(Bytes bytes) {
  const std::optional<Format> format = SniffFormat(bytes);
  if (!format) return std::nullopt;
  try {
    switch (*format) {
      case Format::kJpeg:
        return PixelsOfJpeg(bytes);
      case Format::kPng:
        return PixelsOfPng(bytes);
      default:
        return PixelsOfCodecs(bytes, *format);
    }
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace gradcam
