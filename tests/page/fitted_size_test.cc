#include "page/fitted_size.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(FittedSize, KeepsTheShapeAndEnlargesNothing) {
  const FittedSize large(800, 600, 160);
  EXPECT_EQ(large.width, 160);
  EXPECT_EQ(large.height, 120);
  const FittedSize small(20, 30, 160);
  EXPECT_EQ(small.width, 20);
  EXPECT_EQ(small.height, 30);
}

TEST(FittedSize, HasAtLeastOnePixel) {
  const FittedSize line(2e9, 1, 160);
  EXPECT_EQ(line.width, 160);
  EXPECT_EQ(line.height, 1);
}

TEST(FittedSize, PartsLieInside) {
  const FittedSize size(100, 50, 10);
  EXPECT_EQ(size.PartOf({0.2, 0.4, 0.5, 0.6}), (Rect{2, 2, 5, 3}));
  EXPECT_EQ(size.PartOf({0.999, 0.999, 0.001, 0.001}), (Rect{9, 4, 1, 1}));
}

}  // namespace
}  // namespace gradcam
