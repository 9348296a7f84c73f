#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// The candidates most like `word` (edit distance at most a third of its length, at least 2),
// nearest first, at most three.
[[nodiscard]] std::vector<std::string> Nearest(std::string_view word,
                                               const std::vector<std::string>& candidates);

// "did you mean 'a' or 'b'?", or nothing if there is no near one.
[[nodiscard]] std::string DidYouMean(std::string_view word,
                                     const std::vector<std::string>& candidates);

}  // namespace gradcam
