#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "gradcam/export.h"

namespace gradcam {

// A picture: 8-bit R,G,B, rows from top to bottom, no padding.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  // height * width * 3 bytes
};

// A rectangle of whole pixels; x and y of its top left corner.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool operator==(const Rect&) const = default;
};

// A decoded picture with the EXIF orientation (1 to 8) that its file asked for. It has been
// applied: `image` stands upright.
struct Picture {
  Image image;
  int exif_orientation = 1;
};

struct DecodeOptions {
  // Larger pictures are refused before any memory is taken for them.
  std::int64_t max_pixels = 200'000'000;
};

// Reads a JPEG or PNG file, or, with the codecs plug-in, BMP, TIFF, WebP or PNM. Grey, palette,
// alpha (dropped), 16-bit (value >> 8) and CMYK pictures become RGB; ICC profiles are ignored.
// Throws Error(kInput).
[[nodiscard]] GRADCAM_EXPORT Picture ReadPicture(const std::filesystem::path& file,
                                                 const DecodeOptions& options = {});

}  // namespace gradcam
