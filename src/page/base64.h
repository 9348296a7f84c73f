#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace gradcam {

// RFC 4648, with padding.
[[nodiscard]] std::string Base64(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
