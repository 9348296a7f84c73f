#pragma once

#include <filesystem>

namespace gradcam {

// Whether `path` is `folder` or stands below it, by the names alone: both absolute and normal.
[[nodiscard]] bool IsBelow(const std::filesystem::path& path, const std::filesystem::path& folder);

// `path` as IsBelow takes it: absolute, without links and without a slash at the end. It need not
// exist. Throws std::filesystem::filesystem_error.
[[nodiscard]] std::filesystem::path RealPath(const std::filesystem::path& path);

}  // namespace gradcam
