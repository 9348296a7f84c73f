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
  // Opacity, height * width bytes, 255 opaque; empty: opaque everywhere. Only pictures decoded with
  // AlphaChannel::kPremultiply have one.
  // With {}, Image{width, height, rgb} is no missing initializer to g++.
  std::vector<std::uint8_t> alpha{};  // NOLINT(readability-redundant-member-init)
};

// A rectangle of whole pixels; x and y of its top left corner.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool operator==(const Rect&) const = default;
};

// A decoded picture with the EXIF orientation (1 to 8) that its file asked for. Unless
// DecodeOptions say otherwise it has been applied: `image` stands upright.
struct Picture {
  Image image;
  int exif_orientation = 1;
};

enum class ExifOrientation {
  kApply,
  kIgnore,  // the pixels as they are stored
};

// What becomes of the opacity of transparent pictures.
enum class AlphaChannel {
  kDrop,         // forgotten: every pixel has its stored colour (Pillow's convert("RGB"))
  kWhite,        // the picture lies over white
  kPremultiply,  // kept in Image::alpha: colours are weighted by it when the picture is resized
                 // (Pillow's resize of an RGBA picture), and drawings lie over white
};

struct DecodeOptions {
  // Larger pictures are refused before any memory is taken for them.
  std::int64_t max_pixels = 200'000'000;
  ExifOrientation exif = ExifOrientation::kApply;
  AlphaChannel alpha_channel = AlphaChannel::kDrop;
};

// Reads a JPEG or PNG file, or, with the codecs plug-in, BMP, TIFF, WebP or PNM. Grey, palette,
// 16-bit (value >> 8) and CMYK pictures become RGB; ICC profiles are ignored.
// Throws Error(kInput).
[[nodiscard]] GRADCAM_EXPORT Picture ReadPicture(const std::filesystem::path& file,
                                                 const DecodeOptions& options = {});

}  // namespace gradcam
