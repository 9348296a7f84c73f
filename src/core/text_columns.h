#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// The number of columns that `text` takes in a terminal: its UTF-8 characters.
[[nodiscard]] std::size_t Columns(std::string_view text);

// `text` followed by spaces up to `columns`.
[[nodiscard]] std::string Padded(std::string_view text, std::size_t columns);

// The rows of a table as lines, without line ends: cells padded to the widest of their column but
// in the last one, two spaces between columns. All rows have as many cells.
[[nodiscard]] std::vector<std::string> TableLines(
    const std::vector<std::vector<std::string>>& rows);

}  // namespace gradcam
