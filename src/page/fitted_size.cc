#include "page/fitted_size.h"

#include <algorithm>
#include <cmath>

namespace gradcam {
namespace {

int Pixels(double length, int most) {
  return std::clamp(static_cast<int>(std::lround(length)), 1, most);
}

}  // namespace

FittedSize::FittedSize(double full_width, double full_height, int side) {
  const double scale = std::min(1.0, side / std::max(full_width, full_height));
  width = Pixels(full_width * scale, side);
  height = Pixels(full_height * scale, side);
}

Rect FittedSize::PartOf(const PageArea& area) const {
  Rect part;
  part.width = Pixels(area.width * width, width);
  part.height = Pixels(area.height * height, height);
  part.x = std::min(static_cast<int>(std::lround(area.x * width)), width - part.width);
  part.y = std::min(static_cast<int>(std::lround(area.y * height)), height - part.height);
  return part;
}

}  // namespace gradcam
