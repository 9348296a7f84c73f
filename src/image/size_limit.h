#pragma once

#include <cstdint>

namespace gradcam {

// Throws Error(kInput) if a picture of this size has no pixel, more than `max_pixels`, or a side
// that does not fit into an int. Called before memory is taken for the pixels.
void CheckSize(std::uint64_t width, std::uint64_t height, std::int64_t max_pixels);

}  // namespace gradcam
