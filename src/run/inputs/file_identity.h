#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/file_handle.h"

namespace gradcam {

// Tells whether two paths lead to the same file, whatever their names.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  auto operator<=>(const FileIdentity&) const = default;
};

// Of what `path` leads to through symbolic links; nothing if that does not exist.
[[nodiscard]] std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path);

// Whether `path` still leads to the file or folder that `handle` has open: it may have been
// removed, renamed or replaced.
[[nodiscard]] bool LeadsTo(const std::filesystem::path& path, const FileHandle& handle);

}  // namespace gradcam
