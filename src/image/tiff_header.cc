#include "image/tiff_header.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <string>

#include "gradcam/error.h"
#include "image/byte_reader.h"

namespace gradcam {
namespace {

// Tags of TIFF 6.0.
enum Tag : std::uint64_t {
  kImageWidth = 256,
  kImageLength = 257,
  kOrientation = 274,
  kTileWidth = 322,
  kTileLength = 323,
  kExtraSamples = 338,
  kSampleFormat = 339,
};
constexpr std::uint64_t kIeeeFloat = 3;
constexpr std::uint64_t kAssociatedAlpha = 1;
constexpr std::uint64_t kUnassociatedAlpha = 2;

// The values of one tag: `count` integers of `size` bytes each.
struct Entry {
  std::uint64_t offset = 0;
  std::uint64_t count = 0;
  unsigned size = 0;
};

// Bytes of one value of an integer type, 0 for the other types.
unsigned SizeOfType(std::uint64_t type) {
  switch (type) {
    case 1:
      return 1;
    case 3:
      return 2;
    case 4:
      return 4;
    case 16:
      return 8;
    default:
      return 0;
  }
}

class Directory {
 public:
  explicit Directory(std::span<const std::uint8_t> bytes)
      : reader_(bytes, bytes[0] == 'M' ? std::endian::big : std::endian::little),
        big_(reader_.Read(2, 2) == 43) {
    const unsigned word = big_ ? 8 : 4;
    const std::uint64_t start = reader_.Read(big_ ? 8 : 4, word);
    const std::uint64_t count = reader_.Read(start, big_ ? 8 : 2);
    if (count > kMaxEntries) {
      throw Error(ErrorKind::kInput, "the TIFF directory is damaged");
    }
    const std::uint64_t first = start + (big_ ? 8 : 2);
    for (std::uint64_t i = 0; i < count; ++i) {
      Add(first + i * (big_ ? 20 : 12), word);
    }
  }

  [[nodiscard]] std::uint64_t Value(Tag tag, std::uint64_t fallback) const {
    const auto found = entries_.find(tag);
    return found == entries_.end() ? fallback
                                   : reader_.Read(found->second.offset, found->second.size);
  }

  // Replaces those values of `tag` that are `from` in a copy of the file.
  void Replace(std::vector<std::uint8_t>& file, Tag tag, std::uint64_t from,
               std::uint8_t to) const {
    const auto found = entries_.find(tag);
    if (found == entries_.end()) {
      return;
    }
    const auto& [offset, count, size] = found->second;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = offset + i * size;
      if (reader_.Read(at, size) == from) {
        std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(at), size, std::uint8_t{0});
        const bool big_endian = file[0] == 'M';
        file[at + (big_endian ? size - 1 : 0)] = to;
      }
    }
  }

 private:
  static constexpr std::uint64_t kMaxEntries = 4096;
  static constexpr std::uint64_t kMaxValues = 65536;

  void Add(std::uint64_t at, unsigned word) {
    const std::uint64_t tag = reader_.Read(at, 2);
    Entry entry;
    entry.size = SizeOfType(reader_.Read(at + 2, 2));
    entry.count = reader_.Read(at + 4, word);
    if (entry.size == 0 || entry.count == 0 || entry.count > kMaxValues) {
      return;
    }
    const std::uint64_t place = at + 4 + word;
    entry.offset = entry.size * entry.count <= word ? place : reader_.Read(place, word);
    if (!entries_.emplace(tag, entry).second && (tag == kImageWidth || tag == kImageLength)) {
      // Two widths: which one a library takes is not known.
      throw Error(ErrorKind::kInput, "the TIFF directory is damaged");
    }
  }

  ByteReader reader_;
  bool big_;
  std::map<std::uint64_t, Entry> entries_;
};

TiffHeader::Alpha AlphaOf(std::uint64_t extra_samples) {
  switch (extra_samples) {
    case kAssociatedAlpha:
      return TiffHeader::Alpha::kAssociated;
    case kUnassociatedAlpha:
      return TiffHeader::Alpha::kUnassociated;
    default:
      return TiffHeader::Alpha::kNone;
  }
}

}  // namespace

TiffHeader ReadTiffHeader(std::span<const std::uint8_t> bytes) {
  const Directory directory(bytes);
  TiffHeader header;
  header.width = directory.Value(kImageWidth, 0);
  header.height = directory.Value(kImageLength, 0);
  header.tile_width = std::max<std::uint64_t>(1, directory.Value(kTileWidth, 1));
  header.tile_height = std::max<std::uint64_t>(1, directory.Value(kTileLength, 1));
  header.floating_point = directory.Value(kSampleFormat, 1) == kIeeeFloat;
  header.alpha = AlphaOf(directory.Value(kExtraSamples, 0));
  const std::uint64_t orientation = directory.Value(kOrientation, 1);
  header.orientation = orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  return header;
}

std::vector<std::uint8_t> NeutralTiff(std::span<const std::uint8_t> bytes) {
  std::vector<std::uint8_t> file(bytes.begin(), bytes.end());
  const Directory directory(bytes);
  for (std::uint64_t orientation = 2; orientation <= 8; ++orientation) {
    directory.Replace(file, kOrientation, orientation, 1);
  }
  directory.Replace(file, kExtraSamples, kUnassociatedAlpha, 0);
  return file;
}

}  // namespace gradcam
