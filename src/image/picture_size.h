#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace gradcam {

// The number of pixels that the header of a picture file claims, before any of them is decoded;
// nothing if the format is unknown or the header makes no sense (decoding it says what is wrong).
[[nodiscard]] std::optional<std::uint64_t> ClaimedPixels(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
