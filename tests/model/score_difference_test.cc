#include "model/score_difference.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace gradcam {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

double DifferenceOf(const std::vector<float>& cut, const std::vector<float>& plain) {
  return LargestDifference(at::tensor(cut).unsqueeze(0), at::tensor(plain).unsqueeze(0));
}

TEST(LargestDifference, IsAFractionOfTheLargestScore) {
  EXPECT_EQ(DifferenceOf({1, -8, 3}, {1, -8, 3}), 0);
  EXPECT_EQ(DifferenceOf({1, -8, 3}, {2, -8, 3}), 1 / 8.);
  EXPECT_EQ(DifferenceOf({0, 0}, {0, 0}), 0);
}

TEST(LargestDifference, TakesEqualScoresThatAreNotFiniteForEqual) {
  EXPECT_EQ(DifferenceOf({kNan, kInfinity, 4}, {kNan, kInfinity, 4}), 0);
  EXPECT_EQ(DifferenceOf({kNan, kInfinity, 3}, {kNan, kInfinity, 4}), 1 / 4.);
  EXPECT_TRUE(std::isinf(DifferenceOf({kNan, 4}, {1, 4})));
  EXPECT_TRUE(std::isinf(DifferenceOf({1, 4}, {kNan, 4})));
}

TEST(LargestDifference, IsInfiniteForAnotherNumberOfScores) {
  EXPECT_TRUE(std::isinf(DifferenceOf({1, 2}, {1, 2, 3})));
}

}  // namespace
}  // namespace gradcam
