#pragma once

#include <filesystem>
#include <string>

namespace gradcam {

// The whole text of a small file, without a byte order mark; `what` names it in messages ("card").
// Throws Error(kUsage).
[[nodiscard]] std::string ReadSmallFile(const std::filesystem::path& file, const std::string& what);

}  // namespace gradcam
