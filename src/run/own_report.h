#pragma once

#include <filesystem>
#include <string_view>

namespace gradcam {

// Whether `beginning`, of a file, holds nothing but zeros: what a machine's end leaves, the length
// of a file and none of its content.
[[nodiscard]] bool IsZeroFilled(std::string_view beginning);

// Whether it begins as a report does, as far as it goes: one that was cut off, as a full disk or
// the machine's end may leave it.
[[nodiscard]] bool BeginsAsReport(std::string_view text);

// Whether `file` exists and is no report of gradcam: somebody else's file, not to be replaced or
// removed. An empty file, or one of zeros, is nobody's; one that is cut off is known by its
// beginning.
[[nodiscard]] bool IsForeignReport(const std::filesystem::path& file);

// Whether `file`, by its name a PNG, JPEG, WebP or NumPy file, exists and is none that gradcam
// made, or cannot be read. An empty one, or one of zeros, is nobody's. NumPy files do not say who
// made them: every map of float32 counts as gradcam's.
[[nodiscard]] bool IsForeignPicture(const std::filesystem::path& file);

// Whether `file` can be read and is a PNG, JPEG or WebP that gradcam made.
[[nodiscard]] bool IsOwnPicture(const std::filesystem::path& file);

}  // namespace gradcam
