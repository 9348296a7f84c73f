#pragma once

#include <string>

#include "gradcam/image.h"

namespace gradcam {

// Picture, heatmap and overlay side by side, each fitted into a tile (never enlarged beyond what a
// slide needs, aspect ratio kept), with `caption` below: for a README or a slide. All three
// pictures have the same size.
[[nodiscard]] Image DrawPanel(const Image& picture, const Image& heatmap, const Image& overlay,
                              const std::string& caption);

}  // namespace gradcam
