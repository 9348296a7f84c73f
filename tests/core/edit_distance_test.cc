#include "core/edit_distance.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
  EXPECT_EQ(EditDistance("conv2", "conv3"), 1U);
  EXPECT_EQ(EditDistance("flaw", "lawn"), 2U);
}

TEST(EditDistance, OfAnEmptyWordIsTheLengthOfTheOther) {
  EXPECT_EQ(EditDistance("", "relu"), 4U);
  EXPECT_EQ(EditDistance("relu", ""), 4U);
  EXPECT_EQ(EditDistance("", ""), 0U);
}

}  // namespace
}  // namespace gradcam
