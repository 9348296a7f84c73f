#include "image/upsample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/draw.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

TEST(Upsample, PlacesPixelCentresHalfAPixelIn) {
  // Centres of 4 pixels over 2 cells: -0.25, 0.25, 0.75, 1.25; the outer ones are clamped.
  const Map map{2, 1, {0, 1}};
  EXPECT_THAT(Upsample(map, 4, 1).values, ElementsAre(0.0F, 0.25F, 0.75F, 1.0F));
}

TEST(Upsample, InterpolatesInBothDirections) {
  const Map map{2, 2, {0, 1, 2, 4}};
  EXPECT_THAT(Upsample(map, 3, 3).values,
              ElementsAre(0.0F, 0.5F, 1.0F, 1.0F, 1.75F, 2.5F, 2.0F, 3.0F, 4.0F));
}

TEST(Upsample, TheSameSizeIsTheSameMap) {
  const Map map{3, 2, {0.1F, 0.7F, 0.3F, 1.0F, 0.0F, 0.9F}};
  EXPECT_EQ(Upsample(map, 3, 2).values, map.values);
}

TEST(Upsample, MakesAMapSmallerByPickingBetweenCells) {
  // One pixel over 4 cells: centre 1.5, half of the cells 1 and 2.
  EXPECT_THAT(Upsample(Map{4, 1, {9, 1, 3, 9}}, 1, 1).values, ElementsAre(2.0F));
}

TEST(Upsample, AMapOfOneCellIsConstant) {
  EXPECT_THAT(Upsample(Map{1, 1, {0.3F}}, 5, 7).values, Each(0.3F));
}

TEST(Upsample, AConstantMapStaysExactlyConstant) {
  // (1 - f) * v + f * v differs from v in the last bit of a double for some f, never of a float.
  EXPECT_THAT(Upsample(Map{7, 7, std::vector<float>(49, 0.7F)}, 499, 373).values, Each(0.7F));
}

TEST(Upsample, SkimageMirrorsTheMapAboutItsOutermostCell) {
  // Centres -0.25, 0.25, 0.75, 1.25: the cell at -1 is that at 1, and the one at 2 that at 0.
  const Map map{2, 1, {0, 1}};
  EXPECT_THAT(Upsample(map, 4, 1, Upsampling::kSkimage).values,
              ElementsAre(0.25F, 0.25F, 0.75F, 0.75F));
}

TEST(Upsample, SkimageGivesSkimagesNumbers) {
  // skimage.transform.resize(np.array([[0, .5, 1], [.2, .9, .1]]), (4, 6)) of scikit-image 0.26.
  const Map map{3, 2, {0, 0.5F, 1, 0.2F, 0.9F, 0.1F}};
  const std::vector<float> expected{0.1875F, 0.1875F, 0.4625F, 0.64375F, 0.73125F, 0.73125F,
                                    0.1875F, 0.1875F, 0.4625F, 0.64375F, 0.73125F, 0.73125F,
                                    0.3125F, 0.3125F, 0.6375F, 0.68125F, 0.44375F, 0.44375F,
                                    0.3125F, 0.3125F, 0.6375F, 0.68125F, 0.44375F, 0.44375F};
  const Map resized = Upsample(map, 6, 4, Upsampling::kSkimage);
  ASSERT_EQ(resized.values.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(resized.values[i], expected[i], 1e-6) << i;  // printed with 7 digits
  }
}

TEST(Upsample, SkimageOfOneCellIsConstant) {
  EXPECT_THAT(Upsample(Map{1, 1, {0.3F}}, 5, 7, Upsampling::kSkimage).values, Each(0.3F));
}

TEST(Upsample, EmptyMapsAndSizesAreErrors) {
  EXPECT_THROW((void)Upsample(Map{}, 4, 4), Error);
  EXPECT_THROW((void)Upsample(Map{1, 1, {0}}, 0, 4), Error);
}

}  // namespace
}  // namespace gradcam
