#pragma once

#include <cstdint>
#include <vector>

#include "gradcam/map.h"

namespace gradcam {

// `map` as a NumPy file (format 1.0): float32, shape (height, width), C order, little endian.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
[[nodiscard]] std::vector<std::uint8_t> EncodeNpy(const Map& map);

}  // namespace gradcam
