#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "gradcam/image.h"

namespace gradcam {

// Formats of drawings with many colours.
enum class ImageFormat { kPng, kJpg, kWebp };

// `image` as a file that says it was made by gradcam; an alpha channel is left out. PNG keeps every
// pixel, the others do not. Throws Error(kOutput) for a picture too large for the format, and
// Error(kUsage) as RequireEncoder.
[[nodiscard]] std::vector<std::uint8_t> EncodeImage(const Image& image, ImageFormat format);

// Throws Error(kUsage) if nothing can be encoded so: WebP needs the plug-in `codecs`.
void RequireEncoder(ImageFormat format);
void RequireEncoder(ImageFormat format, std::span<const std::filesystem::path> plugin_folders);

// Whether the bytes of a file, its beginning or its end, say that gradcam made it.
[[nodiscard]] bool IsMadeByGradcam(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
