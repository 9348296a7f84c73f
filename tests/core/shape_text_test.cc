#include "core/shape_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace gradcam {
namespace {

TEST(ShapeText, WritesSizesAsPyTorchDoes) {
  EXPECT_EQ(ShapeText(std::vector<std::int64_t>{1, 512, 14, 14}), "[1, 512, 14, 14]");
  EXPECT_EQ(ShapeText({}), "[]");
}

}  // namespace
}  // namespace gradcam
