#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace gradcam {

// Writes `bytes` as `file` in one step: under a short temporary name in the same folder, then
// renamed. Whoever opens `file` sees the old content or the whole new one. A symbolic link named
// `file` is replaced, not followed. The folder must exist. Throws Error(kOutput); nothing is left
// behind then.
void WriteAtomically(const std::filesystem::path& file, std::span<const std::uint8_t> bytes);
void WriteAtomically(const std::filesystem::path& file, std::string_view text);

}  // namespace gradcam
