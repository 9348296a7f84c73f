#include <gtest/gtest.h>

#include "gradcam/draw.h"
#include "image/image_testing.h"

namespace gradcam {
namespace {

using testing::ErrorOf;
using testing::PixelAt;
using Pixel = testing::Pixel;

Palette TestPalette() {
  Palette palette{};
  palette[1] = {255, 0, 100};
  return palette;
}

TEST(Overlay, BlendsInEightBitsWithMatplotlibsRounding) {
  // Opacity 0.6 is 153. Red: t = (255 - 100) * 153 + 128 = 23843, 100 + ((93 + 23843) >> 8) = 193.
  // Green: t = (0 - 200) * 153 + 127 = -30473, 200 + ((-120 - 30473) >> 8) = 80. Blue is unchanged.
  const Image picture{1, 1, {100, 200, 100}};
  const Image overlay = DrawOverlay(picture, {1, 1, {1}}, TestPalette(), 0.6, {0, 0, 1, 1});
  EXPECT_EQ(PixelAt(overlay, 0, 0), (Pixel{193, 80, 100}));
}

TEST(Overlay, RoundsHalvesAwayFromThePictureInBothDirections) {
  // Opacity 0.5 is 128. 1 under 0: t = -128 + 128 - 1 = -1, 1 + ((-1 - 1) >> 8) = 0.
  // 0 under 1: t = 128 + 128 = 256, 0 + ((1 + 256) >> 8) = 1.
  const Image picture{1, 1, {1, 0, 9}};
  Palette palette{};
  palette[0] = {0, 1, 9};
  const Image overlay = DrawOverlay(picture, {1, 1, {0}}, palette, 0.5, {0, 0, 1, 1});
  EXPECT_EQ(PixelAt(overlay, 0, 0), (Pixel{0, 1, 9}));
}

TEST(Overlay, AlphaZeroIsThePictureAndAlphaOneTheHeatmap) {
  const Image picture{1, 1, {100, 200, 50}};
  const auto draw = [&](double alpha) {
    return PixelAt(DrawOverlay(picture, {1, 1, {1}}, TestPalette(), alpha, {0, 0, 1, 1}), 0, 0);
  };
  EXPECT_EQ(draw(0), (Pixel{100, 200, 50}));
  EXPECT_EQ(draw(1), (Pixel{255, 0, 100}));
}

TEST(Overlay, OutsideOfWhatWasSeenThePictureIsUntouched) {
  const Image picture = testing::MakePattern(4, 3);
  const IndexedImage heatmap{4, 3, std::vector<std::uint8_t>(12, 0)};  // colour 0 is black
  const Image overlay = DrawOverlay(picture, heatmap, TestPalette(), 1, {1, 1, 2, 1});
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 4; ++x) {
      const bool seen = y == 1 && (x == 1 || x == 2);
      EXPECT_EQ(PixelAt(overlay, x, y), seen ? (Pixel{0, 0, 0}) : PixelAt(picture, x, y));
    }
  }
}

TEST(Overlay, OtherSizesAndOpacitiesAreErrors) {
  const Image picture{1, 1, {0, 0, 0}};
  const Palette palette = TestPalette();
  const auto kind = [&](const IndexedImage& heatmap, double alpha, const Rect& seen) {
    return ErrorOf([&] { (void)DrawOverlay(picture, heatmap, palette, alpha, seen); }).kind();
  };
  EXPECT_EQ(kind({2, 1, {0, 0}}, 0.5, {0, 0, 1, 1}), ErrorKind::kUsage);
  EXPECT_EQ(kind({1, 1, {0}}, 1.5, {0, 0, 1, 1}), ErrorKind::kUsage);
  EXPECT_EQ(kind({1, 1, {0}}, 0.5, {0, 0, 2, 1}), ErrorKind::kUsage);
}

}  // namespace
}  // namespace gradcam
