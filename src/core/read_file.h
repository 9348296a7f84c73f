#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gradcam {

// The bytes of a regular file of at most `limit` bytes. Throws std::system_error with the errno
// value if it cannot be read: EISDIR for a folder, EINVAL for a pipe, socket or device (never waits
// for one), EFBIG above the limit.
[[nodiscard]] std::vector<std::uint8_t> ReadFile(const std::filesystem::path& file,
                                                 std::uint64_t limit);

}  // namespace gradcam
