#pragma once

#include <filesystem>

namespace gradcam {

// Whether `file` exists and is no report of gradcam: somebody else's file, not to be replaced or
// removed. An empty file is nobody's, and one that is cut off is known by its beginning.
[[nodiscard]] bool IsForeignReport(const std::filesystem::path& file);

// Whether `file`, by its name a PNG, JPEG, WebP or NumPy file, exists and is none that gradcam
// made, or cannot be read. An empty one is nobody's. NumPy files do not say who made them: every
// map of float32 counts as gradcam's.
[[nodiscard]] bool IsForeignPicture(const std::filesystem::path& file);

// Whether `file` can be read and is a PNG, JPEG or WebP that gradcam made.
[[nodiscard]] bool IsOwnPicture(const std::filesystem::path& file);

}  // namespace gradcam
