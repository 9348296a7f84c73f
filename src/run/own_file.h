#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace gradcam {

// What stands where a file is to be written.
enum class OldFile { kNone, kEmpty, kOurs, kOther };

// Ours begins with `beginning`.
[[nodiscard]] OldFile OldFileAt(const std::filesystem::path& file, std::string_view beginning);

// Throws Error(kOutput) if `file` exists, is not empty and does not begin with `beginning`, so that
// it is not `what` ("a page of gradcam"): the user's, not to be replaced.
void RequireOwnFile(const std::filesystem::path& file, std::string_view beginning,
                    const std::string& what);

}  // namespace gradcam
