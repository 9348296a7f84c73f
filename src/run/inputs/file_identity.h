#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <optional>

namespace gradcam {

// Tells whether two paths lead to the same file, whatever their names.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  auto operator<=>(const FileIdentity&) const = default;
};

// Of what `path` leads to through symbolic links; nothing if that does not exist.
[[nodiscard]] std::optional<FileIdentity> IdentityOf(const std::filesystem::path& path);

}  // namespace gradcam
