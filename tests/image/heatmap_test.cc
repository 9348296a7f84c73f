#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "gradcam/draw.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(Heatmap, IndexIsTheWholePartOf256TimesTheValueAtMost255) {
  const Map map{5, 1, {0.0F, 0.0039F, 0.00390625F, 0.9999F, 1.0F}};
  EXPECT_THAT(DrawHeatmap(map, 5, 1, {0, 0, 5, 1}).indices, ElementsAre(0, 0, 1, 255, 255));
}

TEST(Heatmap, CoversTheSeenPartOnly) {
  const Map map{1, 1, {1.0F}};
  EXPECT_THAT(DrawHeatmap(map, 4, 3, {1, 1, 2, 2}).indices,
              ElementsAre(0, 0, 0, 0, 0, 255, 255, 0, 0, 255, 255, 0));
}

TEST(Heatmap, MinMaxStretchesTheDrawnValuesOverAllColours) {
  // (0.5 - 0.2) / (0.8 - 0.2) = 0.5
  const Map map{3, 1, {0.2F, 0.5F, 0.8F}};
  EXPECT_THAT(
      DrawHeatmap(map, 3, 1, {0, 0, 3, 1}, {.normalization = Normalization::kMinMax}).indices,
      ElementsAre(0, 128, 255));
}

TEST(Heatmap, MinMaxLooksAtTheSeenPartOnly) {
  const Map map{2, 1, {0.25F, 0.75F}};
  EXPECT_THAT(
      DrawHeatmap(map, 4, 1, {1, 0, 2, 1}, {.normalization = Normalization::kMinMax}).indices,
      ElementsAre(0, 0, 255, 0));
}

TEST(Heatmap, MinMaxLeavesAMapOfOneValueAsItIs) {
  for (const float value : {0.0F, 1.0F}) {
    EXPECT_THAT(DrawHeatmap(Map{1, 1, {value}}, 2, 2, {0, 0, 2, 2},
                            {.normalization = Normalization::kMinMax})
                    .indices,
                Each(value == 0 ? 0 : 255));
  }
}

TEST(Heatmap, DrawMapIsZeroOutsideOfTheSeenPart) {
  const Map map{2, 1, {0.25F, 0.75F}};
  const Map drawn = DrawMap(map, 4, 2, {1, 1, 2, 1});
  EXPECT_EQ(drawn.width, 4);
  EXPECT_EQ(drawn.height, 2);
  EXPECT_THAT(drawn.values, ElementsAre(0, 0, 0, 0, 0, 0.25F, 0.75F, 0));
  EXPECT_THROW((void)DrawMap(map, 4, 2, {3, 1, 2, 1}), Error);
}

TEST(Heatmap, ThePeakFollowsTheUpsampling) {
  // Enlarged to 4 pixels: clamped 0, 0.25, 0.75, 1; mirrored 0.25, 0.25, 0.75, 0.75.
  const Map map{2, 1, {0, 1}};
  EXPECT_EQ(FindPeak(map, {0, 0, 4, 1}).x, 3);
  EXPECT_EQ(FindPeak(map, {0, 0, 4, 1}, Upsampling::kSkimage).x, 2);
}

TEST(Heatmap, KeepsTopLeftAtTopLeft) {
  const Map map{2, 2, {1, 0, 0, 0}};
  const IndexedImage heatmap = DrawHeatmap(map, 40, 20, {0, 0, 40, 20});
  EXPECT_EQ(heatmap.indices.front(), 255);
  EXPECT_EQ(heatmap.indices[39], 0);
  EXPECT_EQ(heatmap.indices.back(), 0);
}

TEST(Heatmap, ValuesOutsideTheRangeAndNaNAreClamped) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(DrawHeatmap({1, 1, {nan}}, 1, 1, {0, 0, 1, 1}).indices, ElementsAre(0));
  EXPECT_THAT(DrawHeatmap({1, 1, {-3.0F}}, 1, 1, {0, 0, 1, 1}).indices, ElementsAre(0));
  EXPECT_THAT(DrawHeatmap({1, 1, {7.0F}}, 1, 1, {0, 0, 1, 1}).indices, ElementsAre(255));
  // Between an infinite cell and itself lies inf * 0, which is NaN.
  EXPECT_THAT(DrawHeatmap({1, 1, {infinity}}, 1, 1, {0, 0, 1, 1}).indices,
              Each(::testing::AnyOf(0, 255)));
}

TEST(Heatmap, OnePixelAndOneByManyPixelsAreDrawn) {
  const Map map{2, 2, {0, 0, 1, 1}};
  EXPECT_THAT(DrawHeatmap(map, 1, 1, {0, 0, 1, 1}).indices, ElementsAre(128));
  const IndexedImage tall = DrawHeatmap(map, 1, 5000, {0, 0, 1, 5000});
  EXPECT_EQ(tall.indices.front(), 0);
  EXPECT_EQ(tall.indices.back(), 255);
}

TEST(Heatmap, ASeenPartOutsideThePictureIsAnError) {
  EXPECT_THROW((void)DrawHeatmap({1, 1, {0}}, 4, 4, {1, 0, 4, 4}), Error);
  EXPECT_THROW((void)DrawHeatmap({1, 1, {0}}, 4, 4, {-1, 0, 2, 2}), Error);
}

TEST(Peak, IsTheHighestDrawnPixelInPictureCoordinates) {
  // 4 cells over 8 pixels: the centres of cell 2 are the pixels 4 and 5, both 3/4 of the peak plus
  // 1/4 of a neighbour: cell 1 is higher than cell 3, so 4 wins.
  const Map map{4, 1, {0.0F, 0.5F, 1.0F, 0.2F}};
  const Point peak = FindPeak(map, {10, 20, 8, 1});
  EXPECT_EQ(peak.x, 14);
  EXPECT_EQ(peak.y, 20);
}

TEST(Peak, TiesGoRowByRowFromTheTopLeft) {
  const Map map{2, 2, {0, 1, 1, 0}};
  const Point peak = FindPeak(map, {0, 0, 2, 2});
  EXPECT_EQ(peak.x, 1);
  EXPECT_EQ(peak.y, 0);
}

TEST(Peak, OfAPlateauIsItsFirstPixel) {
  // The two right columns are equal: everything from the centre of the first of them on is 1.
  const Map map{3, 1, {0, 1, 1}};
  EXPECT_EQ(FindPeak(map, {0, 0, 300, 1}).x, 150);
}

}  // namespace
}  // namespace gradcam
