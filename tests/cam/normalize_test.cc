#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "gradcam/map.h"

namespace gradcam {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Map Row(std::vector<float> values) {
  return {static_cast<int>(values.size()), 1, std::move(values)};
}

TEST(Summarize, GivesRangeAndMeanOfAnOrdinaryMap) {
  const MapSummary summary = Summarize(Row({-1, 0, 4, 5}));
  EXPECT_EQ(summary.status, MapStatus::kOk);
  EXPECT_EQ(summary.min, -1);
  EXPECT_EQ(summary.max, 5);
  EXPECT_EQ(summary.mean, 2);
}

TEST(Summarize, CallsNanAndInfinitiesNonfiniteAndCountsTheRest) {
  for (const float bad : {kNaN, kInfinity, -kInfinity}) {
    const MapSummary summary = Summarize(Row({1, bad, 3}));
    EXPECT_EQ(summary.status, MapStatus::kNonfinite);
    EXPECT_EQ(summary.min, 1);
    EXPECT_EQ(summary.max, 3);
    EXPECT_EQ(summary.mean, 2);
  }
  const MapSummary nothing = Summarize(Row({kNaN, kNaN}));
  EXPECT_EQ(nothing.status, MapStatus::kNonfinite);
  EXPECT_EQ(nothing.max, 0);
  EXPECT_EQ(nothing.mean, 0);
}

TEST(Summarize, TellsZeroNegativeAndFlatMapsApart) {
  EXPECT_EQ(Summarize(Row({0, 0})).status, MapStatus::kAllZero);
  EXPECT_EQ(Summarize(Row({-0.0F, 0})).status, MapStatus::kAllZero);
  EXPECT_EQ(Summarize(Map{}).status, MapStatus::kAllZero);
  EXPECT_EQ(Summarize(Row({-2, -1})).status, MapStatus::kAllNonpositive);
  EXPECT_EQ(Summarize(Row({-2, 0})).status, MapStatus::kAllNonpositive);
  EXPECT_EQ(Summarize(Row({-2, -2})).status, MapStatus::kAllNonpositive);
  EXPECT_EQ(Summarize(Row({2, 2})).status, MapStatus::kFlat);
  EXPECT_EQ(Summarize(Row({2})).status, MapStatus::kFlat);
  EXPECT_EQ(Summarize(Row({0, 2})).status, MapStatus::kOk);
}

TEST(Summarize, HasNoNegativeZero) {
  const MapSummary summary = Summarize(Row({-0.0F, -0.0F}));
  EXPECT_FALSE(std::signbit(summary.min));
  EXPECT_FALSE(std::signbit(summary.max));
}

TEST(Normalize, DividesByTheMaximumAndCutsNegativesOff) {
  // The map at the convolution of the hand-made network in methods_test.cc.
  const Map map{2, 2, {11.25F, 13.5F, 20.25F, 22.5F}};
  const Map normalized = Normalize(map);
  EXPECT_EQ(normalized.width, 2);
  EXPECT_EQ(normalized.height, 2);
  EXPECT_THAT(normalized.values, ElementsAre(0.5F, 0.6F, 0.9F, 1.0F));
  EXPECT_THAT(Normalize(Row({-4, 1, 2})).values, ElementsAre(0, 0.5F, 1));
}

TEST(Normalize, DrawsAFlatMapAsOneAndMapsWithoutAPositiveMaximumAsZero) {
  EXPECT_THAT(Normalize(Row({3, 3})).values, Each(1.0F));
  EXPECT_THAT(Normalize(Row({0, 0})).values, Each(0.0F));
  EXPECT_THAT(Normalize(Row({-3, -1})).values, Each(0.0F));
  for (const float value : Normalize(Row({-3, 0})).values) {
    EXPECT_EQ(value, 0.0F);
    EXPECT_FALSE(std::signbit(value));
  }
  EXPECT_THAT(Normalize(Row({1, kNaN, 2})).values, Each(0.0F));
  EXPECT_THAT(Normalize(Row({1, kInfinity})).values, Each(0.0F));
  EXPECT_TRUE(Normalize(Map{}).values.empty());
}

TEST(Normalize, GivesTheSameResultAtEveryScale) {
  const std::vector<float> expected{0, 0.25F, 0.5F, 1};
  // Powers of two, so that scaling itself rounds nothing; about 1e-30 and 1e+30.
  for (const int exponent : {-100, -30, 0, 100}) {
    const float scale = std::ldexp(1.0F, exponent);
    EXPECT_EQ(Normalize(Row({-scale, scale, 2 * scale, 4 * scale})).values, expected) << exponent;
  }
}

TEST(Normalize, KeepsDenormals) {
  const float smallest = std::numeric_limits<float>::denorm_min();
  EXPECT_THAT(Normalize(Row({smallest, 4 * smallest})).values, ElementsAre(0.25F, 1.0F));
  EXPECT_EQ(Summarize(Row({0, smallest})).status, MapStatus::kOk);
}

}  // namespace
}  // namespace gradcam
