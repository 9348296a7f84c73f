#pragma once

#include <filesystem>

namespace gradcam {

// Whether `path` is `folder` or stands below it, by the names alone: both absolute and normal.
[[nodiscard]] bool IsBelow(const std::filesystem::path& path, const std::filesystem::path& folder);

}  // namespace gradcam
