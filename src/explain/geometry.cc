#include "explain/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// The longer side after the shorter one became `size`.
int LongerSide(int size, int longer, int shorter) {
  const std::int64_t side = std::int64_t{size} * longer / shorter;
  if (side > std::numeric_limits<int>::max()) {
    throw Error(ErrorKind::kInput, "picture of " + std::to_string(longer) + " by " +
                                       std::to_string(shorter) + " pixels is too narrow to resize");
  }
  return static_cast<int>(side);
}

// round((side - crop) / 2) with halves to the even number.
int CropOffset(int side, int crop) {
  const int margin = side - crop;
  const int half = margin / 2;
  return margin % 2 == 0 || half % 2 == 0 ? half : half + 1;
}

struct Span {
  int start = 0;
  int length = 0;
};

// `start` and `length` of `resized` cells in whole pixels of `original`.
Span InOriginal(int start, int length, int resized, int original) {
  const double scale = static_cast<double>(original) / resized;
  const int first = std::clamp(static_cast<int>(std::lround(start * scale)), 0, original - 1);
  const int last =
      std::clamp(static_cast<int>(std::lround((start + length) * scale)), first + 1, original);
  return {first, last - first};
}

}  // namespace

ResizePlan PlanResize(int width, int height, const Preprocess& preprocess) {
  if (width < 1 || height < 1) {
    throw Error(ErrorKind::kInput, "picture has no pixels");
  }
  if (preprocess.mode == ResizeMode::kSquash) {
    return {.width = preprocess.width,
            .height = preprocess.height,
            .window = {0, 0, preprocess.width, preprocess.height},
            .seen = {0, 0, width, height}};
  }
  ResizePlan plan;
  const int size = preprocess.shorter_side;
  plan.width = width <= height ? size : LongerSide(size, width, height);
  plan.height = width <= height ? LongerSide(size, height, width) : size;
  plan.window = {CropOffset(plan.width, preprocess.width),
                 CropOffset(plan.height, preprocess.height), preprocess.width, preprocess.height};
  const Span x = InOriginal(plan.window.x, plan.window.width, plan.width, width);
  const Span y = InOriginal(plan.window.y, plan.window.height, plan.height, height);
  plan.seen = {x.start, y.start, x.length, y.length};
  return plan;
}

}  // namespace gradcam
