#pragma once

#include "gradcam/image.h"

namespace gradcam {

// Transparent pictures in Pillow's 8-bit arithmetic. Pictures without an alpha channel come back as
// they are.

// Colours times opacity: what may be averaged. round(colour * alpha / 255).
[[nodiscard]] Image Premultiplied(Image image);

// The way back: min(255, 255 * colour / alpha), rounded down; where alpha is 0 the colour stays.
[[nodiscard]] Image Unpremultiplied(Image image);

// The picture over a white ground; opaque.
[[nodiscard]] Image OverWhite(Image image);

}  // namespace gradcam
