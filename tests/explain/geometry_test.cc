#include "explain/geometry.h"

#include <gtest/gtest.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

Preprocess Squash(int height, int width) {
  Preprocess preprocess;
  preprocess.height = height;
  preprocess.width = width;
  return preprocess;
}

Preprocess Shorter(int size, int shorter_side) {
  Preprocess preprocess = Squash(size, size);
  preprocess.mode = ResizeMode::kShorter;
  preprocess.shorter_side = shorter_side;
  return preprocess;
}

TEST(PlanResize, SquashesTheWholePicture) {
  const ResizePlan plan = PlanResize(500, 375, Squash(224, 200));
  EXPECT_EQ(plan.width, 200);
  EXPECT_EQ(plan.height, 224);
  EXPECT_EQ(plan.window, (Rect{0, 0, 200, 224}));
  EXPECT_EQ(plan.seen, (Rect{0, 0, 500, 375}));
}

struct Case {
  int width, height, shorter_side, size;
  int resized_width, resized_height, left, top;
};

class TorchvisionSizes : public ::testing::TestWithParam<Case> {};

// Sizes and offsets as torchvision 0.26 computes them for Resize(shorter_side), CenterCrop(size).
TEST_P(TorchvisionSizes, AreReproduced) {
  const Case& c = GetParam();
  const ResizePlan plan = PlanResize(c.width, c.height, Shorter(c.size, c.shorter_side));
  EXPECT_EQ(plan.width, c.resized_width);
  EXPECT_EQ(plan.height, c.resized_height);
  EXPECT_EQ(plan.window, (Rect{c.left, c.top, c.size, c.size}));
}

INSTANTIATE_TEST_SUITE_P(Pictures, TorchvisionSizes,
                         ::testing::Values(Case{451, 300, 256, 224, 384, 256, 80, 16},
                                           Case{500, 375, 256, 224, 341, 256, 58, 16},
                                           Case{375, 500, 256, 224, 256, 341, 16, 58},
                                           Case{343, 256, 256, 224, 343, 256, 60, 16},
                                           Case{345, 256, 256, 224, 345, 256, 60, 16},
                                           Case{256, 347, 256, 225, 256, 347, 16, 61},
                                           Case{1, 5000, 256, 224, 256, 1280000, 16, 639888},
                                           Case{12000, 9000, 292, 260, 389, 292, 64, 16},
                                           Case{224, 224, 224, 224, 224, 224, 0, 0},
                                           Case{3, 2, 8, 5, 12, 8, 4, 2},
                                           Case{640, 427, 341, 299, 511, 341, 106, 21}));

TEST(PlanResize, TellsWhichPartOfThePictureIsSeen) {
  // 640x480 to 256: 341x256, window from (58, 16); 640/341 = 1.8768, 480/256 = 1.875:
  // x 108.9...529.3, y 30...450.
  EXPECT_EQ(PlanResize(640, 480, Shorter(224, 256)).seen, (Rect{109, 30, 420, 420}));
  EXPECT_EQ(PlanResize(224, 224, Shorter(224, 224)).seen, (Rect{0, 0, 224, 224}));
}

TEST(PlanResize, SeesAtLeastOnePixelInsideThePicture) {
  // 224 of 1,280,000 rows are 0.9 of a pixel.
  EXPECT_EQ(PlanResize(1, 5000, Shorter(224, 256)).seen, (Rect{0, 2500, 1, 1}));
  EXPECT_EQ(PlanResize(1, 1, Shorter(224, 256)).seen, (Rect{0, 0, 1, 1}));
  for (int width = 1; width < 300; ++width) {
    for (const int height : {1, 2, 3, 299}) {
      const Rect seen = PlanResize(width, height, Shorter(5, 7)).seen;
      EXPECT_GE(seen.x, 0);
      EXPECT_GE(seen.y, 0);
      EXPECT_GE(seen.width, 1);
      EXPECT_GE(seen.height, 1);
      EXPECT_LE(seen.x + seen.width, width);
      EXPECT_LE(seen.y + seen.height, height);
    }
  }
}

TEST(PlanResize, RefusesPicturesWithoutASize) {
  EXPECT_THROW(static_cast<void>(PlanResize(0, 10, Squash(4, 4))), Error);
  // 256 * 100,000,000 rows do not fit an int.
  EXPECT_THROW(static_cast<void>(PlanResize(1, 100'000'000, Shorter(224, 256))), Error);
}

}  // namespace
}  // namespace gradcam
