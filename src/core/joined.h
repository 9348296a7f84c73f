#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gradcam {

// The parts with `separator` between them.
[[nodiscard]] std::string Joined(const std::vector<std::string>& parts, std::string_view separator);

// "'a', 'b'": the parts in quotation marks, with commas between them.
[[nodiscard]] std::string JoinedQuoted(const std::vector<std::string>& parts);

}  // namespace gradcam
