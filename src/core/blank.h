#pragma once

#include <string_view>

namespace gradcam {

// Whether a line has nothing but spaces and tabs, and the carriage return of a Windows line end.
[[nodiscard]] bool IsBlank(std::string_view line);

}  // namespace gradcam
