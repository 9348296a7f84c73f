#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gradcam/map.h"

namespace gradcam {

// `map` as a NumPy file (format 1.0): float32, shape (height, width), C order, little endian.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
[[nodiscard]] std::vector<std::uint8_t> EncodeNpy(const Map& map);

// Whether a file that starts with `bytes` may be what EncodeNpy gives.
[[nodiscard]] bool BeginsAsMap(std::string_view bytes);

}  // namespace gradcam
