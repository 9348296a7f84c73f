#pragma once

#include <string>

namespace gradcam {

// The time by the clock, in UTC and to the second: "2024-05-06T07:08:09".
[[nodiscard]] std::string UtcNow();

}  // namespace gradcam
