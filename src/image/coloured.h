#pragma once

#include "gradcam/draw.h"
#include "gradcam/image.h"

namespace gradcam {

// The colours that the indices stand for.
[[nodiscard]] Image Coloured(const IndexedImage& indexed, const Palette& palette);

}  // namespace gradcam
