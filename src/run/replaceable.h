#pragma once

#include <filesystem>

namespace gradcam {

// `file`, for an AtomicFile. Throws Error(kOutput) if what is there must not be replaced: a folder,
// a pipe, a device, or the system's name for an open file ("/dev/stdout").
[[nodiscard]] const std::filesystem::path& Replaceable(const std::filesystem::path& file);

}  // namespace gradcam
