#pragma once

#include <cstdint>
#include <span>

namespace gradcam {

// What must be known of a PBM, PGM or PPM file before a library decodes it.
struct PnmHeader {
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  int maximum = 1;      // the sample that means white: 1 to 65535
  bool binary = false;  // samples are bytes, not text
};

// Throws Error(kInput) without the file's name.
[[nodiscard]] PnmHeader ReadPnmHeader(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
