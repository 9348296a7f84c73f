#include "image/exif.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

namespace gradcam {
namespace {

struct ExifDataDeleter {
  void operator()(ExifData* data) const { exif_data_unref(data); }
};

}  // namespace

int ReadExifOrientation(std::span<const std::uint8_t> exif) {
  constexpr std::array<std::uint8_t, 6> kPrefix{'E', 'x', 'i', 'f', 0, 0};
  std::vector<std::uint8_t> block(exif.begin(), exif.end());
  if (!std::equal(
          kPrefix.begin(), kPrefix.end(), block.begin(),
          block.begin() + static_cast<std::ptrdiff_t>(std::min(block.size(), kPrefix.size())))) {
    block.insert(block.begin(), kPrefix.begin(), kPrefix.end());
  }
  // An APP1 segment holds 64 KiB at most and the orientation stands in the first directory; more
  // than that is not needed from other containers either.
  constexpr std::size_t kEnough = 1 << 16;
  block.resize(std::min(block.size(), kEnough));
  const std::unique_ptr<ExifData, ExifDataDeleter> data(
      exif_data_new_from_data(block.data(), static_cast<unsigned>(block.size())));
  if (!data) {
    return 1;
  }
  ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (entry == nullptr || entry->format != EXIF_FORMAT_SHORT || entry->size < sizeof(ExifShort)) {
    return 1;
  }
  const int orientation = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return orientation >= 1 && orientation <= 8 ? orientation : 1;
}

}  // namespace gradcam
