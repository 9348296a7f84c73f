#pragma once

#include "gradcam/image.h"

namespace gradcam {

// The picture as it stands upright when its file asks for EXIF `orientation` (1 to 8): 1 as it is,
// 2 mirrored, 3 turned by 180 degrees, 4 flipped, 5 transposed, 6 turned by 90 degrees clockwise,
// 7 transposed along the other diagonal, 8 turned by 90 degrees anticlockwise.
[[nodiscard]] Image ApplyOrientation(Image image, int orientation);

}  // namespace gradcam
