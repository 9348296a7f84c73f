#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace gradcam {

[[nodiscard]] bool IsUtf8(std::string_view bytes);

// `bytes` with every sequence that is no UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string ToUtf8(std::string_view bytes);

// For a terminal: ToUtf8, and control characters become U+FFFD as well, so that a file name or a
// label can neither break a line, send escape sequences, nor turn around what stands behind it.
[[nodiscard]] std::string Printable(std::string_view bytes);

// `label`, or "class 7" where the class has none.
[[nodiscard]] std::string ClassName(const std::string& label, int index);

// Printable in quotation marks, as messages name files.
[[nodiscard]] std::string Quoted(const std::filesystem::path& path);

// Letters, digits and -._~/ stay, every other byte becomes %XX.
[[nodiscard]] std::string PercentEncode(std::string_view bytes);

// The bytes that PercentEncode was given; a '%' without two hex digits behind it stays.
[[nodiscard]] std::string PercentDecode(std::string_view text);

}  // namespace gradcam
