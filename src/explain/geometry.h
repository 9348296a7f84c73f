#pragma once

#include "gradcam/card.h"
#include "gradcam/image.h"

namespace gradcam {

// How a picture is brought to the network's size.
struct ResizePlan {
  int width = 0;  // of the whole picture after resizing
  int height = 0;
  Rect window;  // the part of the resized picture that the network gets
  Rect seen;    // the same part in pixels of the picture itself, at least 1x1
};

// kShorter follows torchvision's Resize and CenterCrop: longer side int(size * long / short),
// offsets round((side - crop) / 2) with halves to even. Throws Error(kInput) for a picture without
// pixels or one so narrow that the resized one has no size.
[[nodiscard]] ResizePlan PlanResize(int width, int height, const Preprocess& preprocess);

}  // namespace gradcam
