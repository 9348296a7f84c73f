#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gradcam {

// What must be known of a TIFF file before a library decodes it: its first directory.
struct TiffHeader {
  enum class Alpha {
    kNone,
    kUnassociated,  // colours as they are
    kAssociated,    // colours are stored times alpha
  };

  std::uint64_t width = 0;
  std::uint64_t height = 0;
  std::uint64_t tile_width = 1;
  std::uint64_t tile_height = 1;
  int orientation = 1;          // 1 to 8
  bool floating_point = false;  // samples are no integers
  Alpha alpha = Alpha::kNone;
};

// TIFF and BigTIFF, both byte orders. Throws Error(kInput) without the file's name.
[[nodiscard]] TiffHeader ReadTiffHeader(std::span<const std::uint8_t> bytes);

// A copy of a file in which nothing asks a library to change the stored colours and their places:
// the orientation is 1, and alpha is of an unspecified kind (libtiff would multiply colours with
// it).
[[nodiscard]] std::vector<std::uint8_t> NeutralTiff(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
