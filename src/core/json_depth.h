#pragma once

#include <cstddef>
#include <string_view>

namespace gradcam {

// How deep arrays and objects lie in each other in a JSON text, at most; 0 for a lone number. A
// parsed document is copied and compared by recursion, so a text of strangers may be deep only
// within reason.
[[nodiscard]] std::size_t JsonDepth(std::string_view text);

// Deeper than any document of this program, and far from the end of a stack.
inline constexpr std::size_t kDeepestJson = 100;

}  // namespace gradcam
