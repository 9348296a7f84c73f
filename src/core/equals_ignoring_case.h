#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace gradcam {

// Whether `text` is `lower`, which is in small letters, but for capitals of ASCII.
[[nodiscard]] inline bool EqualsIgnoringCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(
      text, lower, [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

}  // namespace gradcam
