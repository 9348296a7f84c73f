#pragma once

#include "gradcam/image.h"
#include "page/page_content.h"

namespace gradcam {

// width x height scaled down so that the longer side has at most `side` pixels; at least 1 x 1.
struct FittedSize {
  FittedSize(double full_width, double full_height, int side);

  // The pixels of a part, at least one.
  [[nodiscard]] Rect PartOf(const PageArea& area) const;

  int width = 1;
  int height = 1;
};

}  // namespace gradcam
