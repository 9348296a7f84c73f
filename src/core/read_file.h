#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/file_handle.h"

namespace gradcam {

struct RegularFile {
  FileHandle handle;  // for reading
  std::uint64_t size = 0;
};

// Opens a regular file. Throws std::system_error with the errno value if it cannot: EISDIR for a
// folder, EINVAL for a pipe, socket or device (never waits for one).
[[nodiscard]] RegularFile OpenRegularFile(const std::filesystem::path& file);

// `size` bytes from `offset` on; fewer if the file ends there. Throws std::system_error.
[[nodiscard]] std::string ReadAt(const FileHandle& file, std::uint64_t offset, std::size_t size);

// The bytes of a regular file of at most `limit` bytes. Throws std::system_error as
// OpenRegularFile, with EFBIG above the limit.
[[nodiscard]] std::vector<std::uint8_t> ReadFile(const std::filesystem::path& file,
                                                 std::uint64_t limit);

// The same of a file that has been opened, nothing having been read but by ReadAt.
[[nodiscard]] std::vector<std::uint8_t> ReadFile(const RegularFile& file, std::uint64_t limit);

}  // namespace gradcam
