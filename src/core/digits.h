#pragma once

#include <string_view>

namespace gradcam {

// Whether `text` is one or more of the digits 0 to 9 and nothing else.
[[nodiscard]] bool IsDigits(std::string_view text);

}  // namespace gradcam
