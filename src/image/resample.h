#pragma once

#include "gradcam/card.h"
#include "gradcam/image.h"

namespace gradcam {

// The part `window` of `image` resized to width x height, as Pillow's Image.resize gives it, byte
// for byte: antialiased, 22-bit fixed-point weights, rounded to 8 bit between the horizontal and
// the vertical pass. A transparent picture is resized with its colours weighted by its alpha
// channel, as Pillow does it for mode RGBA. Only what the window needs is computed. `window` lies
// inside width x height. Throws Error(kUsage) for a size < 1.
[[nodiscard]] Image Resample(const Image& image, int width, int height, ResizeFilter filter,
                             const Rect& window);

// The whole picture.
[[nodiscard]] Image Resample(const Image& image, int width, int height, ResizeFilter filter);

}  // namespace gradcam
