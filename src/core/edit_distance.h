#pragma once

#include <cstddef>
#include <string_view>

namespace gradcam {

// Levenshtein's distance: the fewest insertions, deletions and substitutions of bytes that turn `a`
// into `b`.
[[nodiscard]] std::size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace gradcam
