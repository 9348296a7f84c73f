#include "core/digits.h"

#include <algorithm>

namespace gradcam {

bool IsDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace gradcam
