#pragma once

#include <string>

namespace gradcam {

// A number for people, four digits at most: "0.1", "0.9987", "1.3e-06".
[[nodiscard]] std::string ShortNumber(double number);

}  // namespace gradcam
