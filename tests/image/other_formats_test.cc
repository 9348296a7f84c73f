// BMP, TIFF, WebP and PNM through the plug-in (image/codecs.h).
#include <gtest/gtest.h>

#include <string>

#include "image/codecs.h"
#include "image/decode.h"
#include "image/image_testing.h"
#include "image/orient.h"

namespace gradcam {
namespace {

using testing::DecodeSample;
using testing::ErrorOf;
using ::testing::HasSubstr;
using testing::PixelAt;
using testing::ReadSample;
using testing::SamePixelsAs;
using testing::TinyPicture;
using Pixel = testing::Pixel;

class Colour : public ::testing::TestWithParam<std::string> {};

TEST_P(Colour, IsReadAsStoredWithoutAlphaAndWithoutLowBytes) {
  EXPECT_THAT(DecodeSample(GetParam()).image, SamePixelsAs(TinyPicture()));
}

INSTANTIATE_TEST_SUITE_P(Samples, Colour,
                         ::testing::Values("bmp_rgb.bmp", "bmp_rgba.bmp", "bmp_palette.bmp",
                                           "tiff_lzw.tif", "tiff_rgb16.tif",
                                           "tiff_rgba_unassociated.tif", "webp_rgba.webp",
                                           "pnm_p6.ppm", "pnm_p6_16.ppm"));

class Grey : public ::testing::TestWithParam<std::string> {};

TEST_P(Grey, BecomesRgb) {
  EXPECT_THAT(DecodeSample(GetParam()).image, SamePixelsAs(testing::RedAsGrey(TinyPicture())));
}

INSTANTIATE_TEST_SUITE_P(Samples, Grey,
                         ::testing::Values("bmp_grey.bmp", "tiff_grey.tif", "tiff_grey16.tif",
                                           "pnm_p5.pgm"));

TEST(Webp, LossyPicturesAreDecodedLikePillowDoes) {
  EXPECT_THAT(DecodeSample("webp_lossy.webp").image,
              SamePixelsAs(testing::ReadExpected("webp_lossy")));
}

TEST(Webp, EveryExifOrientationIsAppliedAndRecorded) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture picture = DecodeSample("exif_" + std::to_string(orientation) + ".webp");
    EXPECT_EQ(picture.exif_orientation, orientation);
    EXPECT_THAT(picture.image, SamePixelsAs(ApplyOrientation(TinyPicture(), orientation)));
  }
}

TEST(Webp, AnimationsAreRefusedByName) {
  EXPECT_STREQ(ErrorOf([] { (void)DecodeSample("webp_animated.webp"); }).what(),
               "cannot read image 'webp_animated.webp': animated WebP pictures are not supported");
}

TEST(Tiff, EveryOrientationIsAppliedOnceAndRecorded) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture picture = DecodeSample("exif_" + std::to_string(orientation) + ".tif");
    EXPECT_EQ(picture.exif_orientation, orientation);
    EXPECT_THAT(picture.image, SamePixelsAs(ApplyOrientation(TinyPicture(), orientation)));
  }
}

TEST(Tiff, OrientationOfSixteenBitPicturesIsAppliedInBothByteOrders) {
  for (const char* name : {"tiff_rgb16_exif6.tif", "tiff_rgb16_big_endian.tif"}) {
    const Picture picture = DecodeSample(name);
    EXPECT_EQ(picture.exif_orientation, 6);
    EXPECT_THAT(picture.image, SamePixelsAs(ApplyOrientation(TinyPicture(), 6))) << name;
  }
}

TEST(Tiff, FloatingPointSamplesAreRefusedByName) {
  EXPECT_THAT(ErrorOf([] { (void)DecodeSample("tiff_float.tif"); }).what(),
              HasSubstr("floating-point samples are not supported"));
}

TEST(Pnm, BitmapsAreBlackAndWhite) {
  const Image image = DecodeSample("pnm_p4.pbm").image;
  EXPECT_EQ(PixelAt(image, 0, 0), (Pixel{0, 0, 0}));  // a set bit is black
  EXPECT_EQ(PixelAt(image, 1, 0), (Pixel{255, 255, 255}));
  EXPECT_EQ(PixelAt(image, 2, 0), (Pixel{0, 0, 0}));
}

TEST(Pnm, SamplesAreScaledByTheirMaximum) {
  EXPECT_EQ(PixelAt(DecodeSample("pnm_p5_4.pgm").image, 0, 0), (Pixel{255, 255, 255}));
  EXPECT_EQ(PixelAt(DecodeSample("pnm_p5_4.pgm").image, 1, 0), (Pixel{119, 119, 119}));  // 7/15
  EXPECT_EQ(PixelAt(DecodeSample("pnm_p3.ppm").image, 0, 0), (Pixel{255, 0, 119}));
  // Samples are 160 * x of 1000: 800 is 52428 of 65535, 204 without the low byte.
  EXPECT_EQ(PixelAt(DecodeSample("pnm_p5_10.pgm").image, 5, 0), (Pixel{204, 204, 204}));
  EXPECT_EQ(PixelAt(DecodeSample("pnm_p2_10.pgm").image, 0, 0), (Pixel{255, 255, 255}));
  EXPECT_EQ(PixelAt(DecodeSample("pnm_p2_10.pgm").image, 1, 0), (Pixel{128, 128, 128}));
}

class Limit : public ::testing::TestWithParam<std::string> {};

TEST_P(Limit, IsCheckedOnTheHeader) {
  EXPECT_THAT(ErrorOf([] { (void)DecodeSample(GetParam(), {.max_pixels = 23}); }).what(),
              HasSubstr("6 x 4 pixels are more than the limit of 23"));
  EXPECT_NO_THROW((void)DecodeSample(GetParam(), {.max_pixels = 24}));
}

INSTANTIATE_TEST_SUITE_P(Samples, Limit,
                         ::testing::Values("bmp_rgb.bmp", "tiff_lzw.tif",
                                           "tiff_rgb16_big_endian.tif", "webp_rgba.webp",
                                           "exif_6.webp", "pnm_p6.ppm"));

TEST(OtherFormats, WithoutThePluginTheSentenceNamesIt) {
  const Error error =
      ErrorOf([] { (void)DecodeWithCodecs(ReadSample("bmp_rgb.bmp"), Format::kBmp, {}, {}); });
  EXPECT_EQ(error.kind(), ErrorKind::kInput);
  EXPECT_STREQ(error.what(),
               "BMP pictures need the plug-in libgradcam_codecs.so, which is not installed");
  EXPECT_THAT(error.hint(), HasSubstr("convert the picture to PNG or JPEG"));
}

TEST(OtherFormats, FailuresOfTheLibraryPrintNothing) {
  testing::Bytes bytes = ReadSample("bmp_rgb.bmp");
  bytes.resize(bytes.size() - 5);
  ::testing::internal::CaptureStderr();
  const Error error = ErrorOf([&] { (void)DecodePicture(bytes, "x.bmp", {}); });
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_STREQ(
      error.what(),
      "cannot read image 'x.bmp': the file is damaged, truncated or of an unsupported kind");
}

}  // namespace
}  // namespace gradcam
