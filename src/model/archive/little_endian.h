#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gradcam {

// The number that up to 8 bytes stand for, the lowest first.
[[nodiscard]] constexpr std::uint64_t LittleEndian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

}  // namespace gradcam
