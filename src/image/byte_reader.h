#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gradcam/error.h"

namespace gradcam {

// Reads unsigned integers at any place of a file's bytes. Throws Error(kInput, "the file is
// truncated") for a place outside.
class ByteReader {
 public:
  ByteReader(std::span<const std::uint8_t> bytes, std::endian order)
      : bytes_(bytes), order_(order) {}

  // `size` bytes (1 to 8) at `offset` as one integer.
  [[nodiscard]] std::uint64_t Read(std::uint64_t offset, unsigned size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) {
      throw Error(ErrorKind::kInput, "the file is truncated");
    }
    std::uint64_t value = 0;
    for (unsigned i = 0; i < size; ++i) {
      const std::size_t at = offset + (order_ == std::endian::big ? i : size - 1 - i);
      value = value << 8 | bytes_[at];
    }
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::endian order_;
};

}  // namespace gradcam
