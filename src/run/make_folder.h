#pragma once

#include <filesystem>

namespace gradcam {

// Makes `folder` and those above it that are missing. Throws Error(kOutput).
void MakeFolder(const std::filesystem::path& folder);

}  // namespace gradcam
