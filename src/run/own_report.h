#pragma once

#include <filesystem>

namespace gradcam {

// Whether `file` exists and is no report of gradcam: somebody else's file, not to be replaced or
// removed. An empty file is nobody's.
[[nodiscard]] bool IsForeignReport(const std::filesystem::path& file);

// Whether `file`, by its name a PNG, JPEG or WebP, exists and is none that gradcam made, or cannot
// be read. An empty one is nobody's.
[[nodiscard]] bool IsForeignPicture(const std::filesystem::path& file);

// Whether `file` can be read and is a PNG, JPEG or WebP that gradcam made.
[[nodiscard]] bool IsOwnPicture(const std::filesystem::path& file);

}  // namespace gradcam
