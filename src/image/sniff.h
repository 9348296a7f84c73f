#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace gradcam {

// The picture formats that can be read.
enum class Format { kJpeg, kPng, kBmp, kTiff, kWebp, kPnm };

// Tells the format by the first bytes of a file; empty for anything else.
[[nodiscard]] std::optional<Format> SniffFormat(std::span<const std::uint8_t> bytes);

// "BMP", "TIFF", ...
[[nodiscard]] std::string_view NameOf(Format format);

// The name of a well-known format that cannot be read ("GIF", "PDF", ...); empty for anything else.
[[nodiscard]] std::string_view NameOfUnsupported(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
