#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// The parts with `separator` between them.
[[nodiscard]] std::string Joined(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace gradcam
