#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace gradcam {

// The sizes of a tensor as messages and tables show them: "[1, 512, 14, 14]".
[[nodiscard]] std::string ShapeText(std::span<const std::int64_t> shape);

}  // namespace gradcam
