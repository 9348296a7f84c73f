#include "image/panel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "image/image_testing.h"

namespace gradcam {
namespace {

using testing::PixelAt;
using Pixel = testing::Pixel;

constexpr Pixel kPaper{255, 255, 255};

Image Filled(int width, int height, const Pixel& colour) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height; ++i) {
    for (const int channel : colour) {
      image.rgb.push_back(static_cast<std::uint8_t>(channel));
    }
  }
  return image;
}

Image Panel(int width, int height, const std::string& caption) {
  return DrawPanel(Filled(width, height, {200, 0, 0}), Filled(width, height, {0, 200, 0}),
                   Filled(width, height, {0, 0, 200}), caption);
}

// How many of the pixels below the tiles carry ink.
int InkOf(const Image& panel) {
  int ink = 0;
  for (int y = panel.height - 35; y < panel.height; ++y) {
    for (int x = 0; x < panel.width; ++x) {
      ink += PixelAt(panel, x, y)[0] < 128 ? 1 : 0;
    }
  }
  return ink;
}

TEST(Panel, ShowsPictureHeatmapAndOverlayFromLeftToRight) {
  const Image panel = Panel(800, 600, "cat 90%");
  // Tiles of 400 x 300, margins of 16, gutters of 8.
  EXPECT_EQ(panel.width, 3 * 400 + 2 * 8 + 2 * 16);
  EXPECT_EQ(PixelAt(panel, 16 + 200, 16 + 150), (Pixel{200, 0, 0}));
  EXPECT_EQ(PixelAt(panel, 16 + 408 + 200, 16 + 150), (Pixel{0, 200, 0}));
  EXPECT_EQ(PixelAt(panel, 16 + 816 + 200, 16 + 150), (Pixel{0, 0, 200}));
  EXPECT_EQ(PixelAt(panel, 16 + 404, 16 + 150), kPaper);
  EXPECT_EQ(PixelAt(panel, 3, 3), kPaper);
}

TEST(Panel, WritesTheCaptionBelow) {
  EXPECT_EQ(InkOf(Panel(800, 600, "")), 0);
  EXPECT_GT(InkOf(Panel(800, 600, "Egyptian cat")), 300);
}

TEST(Panel, OfAnyShapeIsDrawn) {
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 5000}, std::pair{5000, 1}}) {
    const Image panel = Panel(width, height, "a caption that is wider than its picture");
    EXPECT_LE(panel.width, 1300);
    EXPECT_LE(panel.height, 500);
    EXPECT_EQ(panel.rgb.size(), static_cast<std::size_t>(panel.width * panel.height) * 3);
    EXPECT_GT(InkOf(panel), 300);
  }
}

TEST(Panel, TooLongCaptionsAreShortened) {
  const Image panel = Panel(100, 400, std::string(5000, 'w'));
  EXPECT_LE(panel.width, 500);
}

TEST(Panel, PicturesOfDifferentSizesAreAnError) {
  EXPECT_THROW((void)DrawPanel(Filled(2, 2, {0, 0, 0}), Filled(2, 2, {0, 0, 0}),
                               Filled(2, 3, {0, 0, 0}), ""),
               Error);
}

}  // namespace
}  // namespace gradcam
