#include "image/alpha.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/draw.h"
#include "image/image_testing.h"
#include "image/orient.h"

namespace gradcam {
namespace {

using testing::DecodeSample;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::SamePixelsAs;
using testing::TinyPicture;

constexpr DecodeOptions kKeepAlpha{.alpha_channel = AlphaChannel::kPremultiply};

// One pixel of the colours 200, 100, 1.
Image OnePixel(std::uint8_t alpha) { return {1, 1, {200, 100, 1}, {alpha}}; }

TEST(Alpha, PremultipliedIsTheRoundedProduct) {
  // 200 * 100 / 255 = 78.4, 100 * 100 / 255 = 39.2, 100 / 255 = 0.4
  EXPECT_THAT(Premultiplied(OnePixel(100)).rgb, ElementsAre(78, 39, 0));
  EXPECT_THAT(Premultiplied(OnePixel(0)).rgb, ElementsAre(0, 0, 0));
  EXPECT_THAT(Premultiplied(OnePixel(255)).rgb, ElementsAre(200, 100, 1));
}

TEST(Alpha, UnpremultipliedIsRoundedDownAndAtMost255) {
  // 255 * 200 / 222 = 229.7, 255 * 100 / 222 = 114.9, 255 / 222 = 1.1
  EXPECT_THAT(Unpremultiplied(OnePixel(222)).rgb, ElementsAre(229, 114, 1));
  EXPECT_THAT(Unpremultiplied(OnePixel(100)).rgb, ElementsAre(255, 255, 2));
  EXPECT_THAT(Unpremultiplied(OnePixel(0)).rgb, ElementsAre(200, 100, 1));
}

TEST(Alpha, OverWhiteMixesWithWhiteAndIsOpaque) {
  // 255 - 55 * 51 / 255 = 244, 255 - 155 * 51 / 255 = 224, 255 - 254 * 51 / 255 = 204.2
  const Image image = OverWhite(OnePixel(51));
  EXPECT_THAT(image.rgb, ElementsAre(244, 224, 204));
  EXPECT_THAT(image.alpha, IsEmpty());
  EXPECT_THAT(OverWhite(OnePixel(0)).rgb, ElementsAre(255, 255, 255));
}

TEST(Alpha, OpaquePicturesStayAsTheyAre) {
  const Image image = testing::MakePattern(3, 2);
  EXPECT_THAT(Premultiplied(image), SamePixelsAs(image));
  EXPECT_THAT(Unpremultiplied(image), SamePixelsAs(image));
  EXPECT_THAT(OverWhite(image), SamePixelsAs(image));
}

class AlphaOfFile : public ::testing::TestWithParam<std::string> {};

TEST_P(AlphaOfFile, IsKeptWhereItIsAskedFor) {
  const Image image = DecodeSample(GetParam(), kKeepAlpha).image;
  EXPECT_EQ(image.alpha, testing::TinyAlpha());
  EXPECT_THAT(image, SamePixelsAs(TinyPicture()));
}

TEST_P(AlphaOfFile, IsDroppedByDefault) {
  const Image image = DecodeSample(GetParam()).image;
  EXPECT_THAT(image.alpha, IsEmpty());
  EXPECT_THAT(image, SamePixelsAs(TinyPicture()));
}

TEST_P(AlphaOfFile, LetsWhiteShineThrough) {
  const Image image = DecodeSample(GetParam(), {.alpha_channel = AlphaChannel::kWhite}).image;
  EXPECT_THAT(image.alpha, IsEmpty());
  EXPECT_EQ(testing::PixelAt(image, 0, 0), (testing::Pixel{255, 255, 255}));
  // Pixel 23 is (200, 180, 7) with opacity 230: 255 - 55 * 230 / 255 = 205.4, 255 - 75 * 230 / 255
  // = 187.4, 255 - 248 * 230 / 255 = 31.3.
  EXPECT_EQ(testing::PixelAt(image, 5, 3), (testing::Pixel{205, 187, 31}));
}

INSTANTIATE_TEST_SUITE_P(Samples, AlphaOfFile,
                         ::testing::Values("png_rgba.png", "alpha.webp", "alpha.tif", "alpha.bmp"));

TEST(Alpha, OfAnAssociatedTiffIsTakenOffTheColours) {
  const Image image = DecodeSample("alpha_associated.tif", kKeepAlpha).image;
  EXPECT_EQ(image.alpha, testing::TinyAlpha());
  // Stored times 230 / 255: what comes back is at most one level off.
  EXPECT_NEAR(testing::PixelAt(image, 5, 3)[0], 200, 1);
  EXPECT_NEAR(testing::PixelAt(image, 5, 3)[1], 180, 1);
  EXPECT_NEAR(testing::PixelAt(DecodeSample("alpha_associated.tif").image, 5, 3)[0], 200, 1);
}

TEST(Alpha, TransparentColoursAndPalettesHaveOne) {
  const Image palette = DecodeSample("png_palette.png", kKeepAlpha).image;
  EXPECT_EQ(palette.alpha[0], 0);
  EXPECT_EQ(palette.alpha[1], 128);
  EXPECT_EQ(palette.alpha[2], 255);
  // The colour (0, 0, 7), the first pixel of the tiny picture.
  const Image colour = DecodeSample("png_trns.png", kKeepAlpha).image;
  EXPECT_EQ(colour.alpha[0], 0);
  EXPECT_EQ(colour.alpha[1], 255);
}

TEST(Alpha, IsNotKeptForOpaquePictures) {
  for (const char* name : {"png_rgb.png", "bmp_rgba.bmp", "jpeg_444.jpg", "tiff_rgb16.tif"}) {
    EXPECT_THAT(DecodeSample(name, kKeepAlpha).image.alpha, IsEmpty()) << name;
  }
}

TEST(Alpha, TurnsWithThePicture) {
  Image image = TinyPicture();
  image.alpha = testing::TinyAlpha();
  const Image turned = ApplyOrientation(image, 6);
  // Turned clockwise, the first row is the left column from bottom to top: pixels 18, 12, 6, 0.
  EXPECT_THAT(std::vector<int>(turned.alpha.begin(), turned.alpha.begin() + 4),
              ElementsAre(180, 120, 60, 0));
  EXPECT_EQ(turned.alpha.size(), 24U);
}

TEST(Alpha, OverlaysLieOverWhite) {
  const IndexedImage heatmap{1, 1, {0}};
  const Image overlay =
      DrawOverlay(OnePixel(0), heatmap, PaletteOf(Colormap::kJet), 0, {0, 0, 1, 1});
  EXPECT_THAT(overlay.rgb, ElementsAre(255, 255, 255));
}

TEST(Exif, OrientationCanBeIgnored) {
  const Picture picture = DecodeSample("exif_6.png", {.exif = ExifOrientation::kIgnore});
  EXPECT_EQ(picture.exif_orientation, 6);
  EXPECT_THAT(picture.image, SamePixelsAs(TinyPicture()));
  EXPECT_THAT(DecodeSample("exif_6.webp", {.exif = ExifOrientation::kIgnore}).image,
              SamePixelsAs(TinyPicture()));
  EXPECT_THAT(DecodeSample("exif_6.tif", {.exif = ExifOrientation::kIgnore}).image,
              SamePixelsAs(TinyPicture()));
  EXPECT_EQ(DecodeSample("exif_6.jpg", {.exif = ExifOrientation::kIgnore}).image.width, 24);
}

}  // namespace
}  // namespace gradcam
