#include "compare/map_measures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "compare/limits.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

// Sums of a few floats in double.
constexpr double kRounding = 1e-7;

TEST(MapMeasures, OfAMapAndItselfAreThoseOfNoDifference) {
  const Map map{2, 2, {0, 0.25F, 0.5F, 1}};
  const MapMeasures measures = Measure(map, map);
  EXPECT_EQ(measures.max_difference, 0);
  EXPECT_EQ(measures.rmse, 0);
  EXPECT_NEAR(measures.correlation, 1, kRounding);
  EXPECT_EQ(measures.iou, 1);
  EXPECT_EQ(measures.peak_shift, 0);
}

TEST(MapMeasures, AreThoseWorkedOutByHand) {
  const Map a{2, 2, {0, 0.5F, 0.5F, 1}};
  const Map b{2, 2, {0, 1, 0.25F, 0.75F}};
  const MapMeasures measures = Measure(a, b);
  // Differences 0, 0.5, 0.25, 0.25.
  EXPECT_NEAR(measures.max_difference, 0.5, kRounding);
  EXPECT_EQ(measures.max_difference_at.x, 1);
  EXPECT_EQ(measures.max_difference_at.y, 0);
  // sqrt((0.25 + 0.0625 + 0.0625) / 4)
  EXPECT_NEAR(measures.rmse, std::sqrt(0.09375), kRounding);
  // Both means are 0.5: a - mean = -0.5, 0, 0, 0.5; b - mean = -0.5, 0.5, -0.25, 0.25;
  // the products sum up to 0.375, the squares to 0.5 and 0.625.
  EXPECT_NEAR(measures.correlation, 0.375 / std::sqrt(0.5 * 0.625), kRounding);
  // One hot cell each, another one.
  EXPECT_EQ(measures.iou, 0);
  // From (1, 1) to (1, 0); the diagonal of 2 x 2 is sqrt(8).
  EXPECT_NEAR(measures.peak_shift, 1 / std::sqrt(8.0), kRounding);
}

TEST(MapMeasures, CorrelationOfOppositeMapsIsMinusOne) {
  EXPECT_NEAR(Measure({2, 1, {0, 1}}, {2, 1, {1, 0}}).correlation, -1, kRounding);
}

TEST(MapMeasures, CorrelationOfAConstantMapIsOneOnlyWithItsEqual) {
  const Map flat{2, 1, {1, 1}};
  EXPECT_EQ(Measure(flat, flat).correlation, 1);
  EXPECT_EQ(Measure(flat, {2, 1, {0, 1}}).correlation, 0);
}

TEST(HottestOverlap, CountsTheCellsOfBothAmongThoseOfEither) {
  // 20 % of 10 cells are 2: cells 8, 9 and cells 7, 9.
  const Map a{10, 1, {0, 0, 0, 0, 0, 0, 0, 0.7F, 0.8F, 0.9F}};
  const Map b{10, 1, {0, 0, 0, 0, 0, 0, 0, 0.8F, 0.7F, 0.9F}};
  EXPECT_NEAR(HottestOverlap(a, b), 1.0 / 3, kRounding);
}

TEST(HottestOverlap, TakesCellsThatEqualTheLeastOfTheHottest) {
  // One of five cells; b has two that are equal.
  const Map a{5, 1, {1, 0.5F, 0, 0, 0}};
  const Map b{5, 1, {1, 1, 0, 0, 0}};
  EXPECT_NEAR(HottestOverlap(a, b), 0.5, kRounding);
}

TEST(HottestOverlap, DoesNotCountZeros) {
  // Two of six cells are asked for, one is above 0: the five zeros are no part of the hottest.
  const Map a{6, 1, {1, 0, 0, 0, 0, 0}};
  EXPECT_EQ(HottestOverlap(a, a), 1);
  EXPECT_EQ(HottestOverlap(a, {6, 1, {0, 0, 0, 0, 0, 1}}), 0);
}

TEST(PeakShift, IsTheDistanceInDiagonals) {
  const Map a{4, 3, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}};
  const Map b{4, 3, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}};
  // 3 columns and 2 rows; the diagonal of 4 x 3 is 5.
  EXPECT_NEAR(PeakShift(a, b), std::sqrt(13.0) / 5, kRounding);
}

TEST(PeakShift, IsZeroWhereEachPeakIsAllButOneOfTheOtherMap) {
  const Map a{3, 1, {1, 0.95F, 0}};
  EXPECT_EQ(PeakShift(a, {3, 1, {0.95F, 1, 0}}), 0);
  EXPECT_EQ(PeakShift(a, {3, 1, {0.91F, 1, 0}}), 0);
  // One column; the diagonal of 3 x 1 is sqrt(10).
  EXPECT_NEAR(PeakShift(a, {3, 1, {0.89F, 1, 0}}), 1 / std::sqrt(10.0), kRounding);
}

TEST(PeakShift, IsTheSameBothWays) {
  const Map a{3, 1, {1, 0.5F, 0}};
  const Map b{3, 1, {0.95F, 1, 0}};
  EXPECT_NEAR(PeakShift(a, b), 1 / std::sqrt(10.0), kRounding);
  EXPECT_EQ(PeakShift(a, b), PeakShift(b, a));
}

// Two peaks far apart, of which the other is now the higher one.
TEST(ExceededLimits, AreNoneWhereTwoPeaksOfOneHeightTakeTurns) {
  const MapMeasures measures =
      Measure({5, 1, {1, 0.3F, 0.2F, 0.3F, 0.97F}}, {5, 1, {0.97F, 0.3F, 0.2F, 0.3F, 1}});
  EXPECT_NEAR(measures.max_difference, 0.03, kRounding);
  EXPECT_EQ(measures.peak_shift, 0);
}

TEST(MapMeasures, RefuseMapsOfTwoSizes) {
  EXPECT_THROW((void)Measure({2, 1, {0, 1}}, {1, 2, {0, 1}}), Error);
  EXPECT_THROW((void)Measure({0, 0, {}}, {0, 0, {}}), Error);
}

TEST(ExceededLimits, AreNoneAtTheLimits) {
  const Limits limits{.max_difference = 0.1,
                      .max_rmse = 0.2,
                      .min_correlation = 0.9,
                      .min_iou = 0.5,
                      .max_peak_shift = 0.3};
  const MapMeasures at_limits{.max_difference = 0.1,
                              .max_difference_at = {},
                              .rmse = 0.2,
                              .correlation = 0.9,
                              .iou = 0.5,
                              .peak_shift = 0.3};
  EXPECT_THAT(ExceededLimits(at_limits, limits), IsEmpty());
}

TEST(ExceededLimits, NameEachMeasureBeyondItsLimit) {
  const MapMeasures beyond{.max_difference = 1,
                           .max_difference_at = {3, 4},
                           .rmse = 1,
                           .correlation = -1,
                           .iou = 0,
                           .peak_shift = 1};
  const std::vector<Exceeded> exceeded = ExceededLimits(beyond, Limits{});
  EXPECT_THAT(
      exceeded,
      ElementsAre(Field(&Exceeded::measure, "max_difference"), Field(&Exceeded::measure, "rmse"),
                  Field(&Exceeded::measure, "correlation"), Field(&Exceeded::measure, "iou"),
                  Field(&Exceeded::measure, "peak_shift")));
  EXPECT_EQ(exceeded[0].text, "largest difference (column 3, row 4) 1, limit 0.1");
}

}  // namespace
}  // namespace gradcam
