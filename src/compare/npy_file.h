#pragma once

#include <cstdint>
#include <span>

#include "gradcam/map.h"

namespace gradcam {

// The map in a NumPy file of format 1.0, 2.0 or 3.0 that holds little-endian float32 in C order and
// two dimensions, height and width. Nothing else is read: other types, Fortran order, and object
// arrays, which would have to be unpickled, are refused. Memory is taken for the bytes that are
// there, never for what a header claims. Throws Error(kInput) without the file's name.
[[nodiscard]] Map DecodeNpy(std::span<const std::uint8_t> bytes);

}  // namespace gradcam
