#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gradcam {

// The number of columns that `text` takes in a terminal: its UTF-8 characters.
[[nodiscard]] std::size_t Columns(std::string_view text);

// `text` followed by spaces up to `columns`.
[[nodiscard]] std::string Padded(std::string_view text, std::size_t columns);

}  // namespace gradcam
