#include "image/png_decode.h"

#include <gtest/gtest.h>

#include <string>

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

TEST(PngDecode, RgbInterlacedAndTransparentPicturesGiveTheirColours) {
  for (const char* name : {"png_rgb.png", "png_interlaced.png", "png_rgba.png", "png_trns.png"}) {
    EXPECT_THAT(DecodeSample(name).image, SamePixelsAs(TinyPicture())) << name;
  }
}

TEST(PngDecode, SixteenBitSamplesLoseTheirLowByte) {
  // The low bytes are 200: rounding instead would give one more everywhere.
  EXPECT_THAT(DecodeSample("png_rgb16.png").image, SamePixelsAs(TinyPicture()));
  EXPECT_THAT(DecodeSample("png_grey16.png").image,
              SamePixelsAs(testing::RedAsGrey(TinyPicture())));
  EXPECT_THAT(DecodeSample("png_grey_alpha16.png").image,
              SamePixelsAs(testing::RedAsGrey(TinyPicture())));
}

TEST(PngDecode, GreyBecomesRgb) {
  EXPECT_THAT(DecodeSample("png_grey.png").image, SamePixelsAs(testing::RedAsGrey(TinyPicture())));
}

TEST(PngDecode, GreyOfTwoBitsIsScaledToTheFullRange) {
  const Image image = DecodeSample("png_grey2.png").image;
  EXPECT_EQ(PixelAt(image, 0, 0), (Pixel{0, 0, 0}));
  EXPECT_EQ(PixelAt(image, 1, 0), (Pixel{85, 85, 85}));
  EXPECT_EQ(PixelAt(image, 2, 3), (Pixel{170, 170, 170}));
  EXPECT_EQ(PixelAt(image, 3, 3), (Pixel{255, 255, 255}));
}

TEST(PngDecode, PalettesBecomeColoursAndTheirAlphaIsDropped) {
  const Image image = DecodeSample("png_palette.png").image;
  EXPECT_EQ(PixelAt(image, 0, 0), (Pixel{255, 0, 0}));  // fully transparent in tRNS
  EXPECT_EQ(PixelAt(image, 1, 0), (Pixel{0, 255, 0}));
  EXPECT_EQ(PixelAt(image, 2, 0), (Pixel{0, 0, 255}));
  EXPECT_EQ(PixelAt(image, 3, 0), (Pixel{9, 8, 7}));
}

TEST(PngDecode, EveryExifOrientationIsAppliedAndRecorded) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture picture = DecodeSample("exif_" + std::to_string(orientation) + ".png");
    EXPECT_EQ(picture.exif_orientation, orientation);
    EXPECT_THAT(picture.image, SamePixelsAs(ApplyOrientation(TinyPicture(), orientation)));
  }
}

TEST(PngDecode, ABombIsRefusedByItsHeader) {
  EXPECT_STREQ(ErrorOf([] { (void)DecodePng(ReadSample("png_bomb.png"), {}); }).what(),
               "100000 x 100000 pixels are more than the limit of 200000000");
}

TEST(PngDecode, TruncatedFilesAreErrorsAtEveryLength) {
  const testing::Bytes bytes = ReadSample("png_rgb.png");
  // The last four bytes are the checksum of the empty end chunk: nothing is missing without them.
  for (std::size_t size = 8; size < bytes.size() - 4; ++size) {
    EXPECT_THAT(ErrorOf([&] { (void)DecodePng(std::span(bytes).first(size), {}); }).what(),
                HasSubstr("the file is truncated"))
        << size;
  }
}

TEST(PngDecode, AWrongChecksumOfThePixelsIsAnError) {
  testing::Bytes bytes = ReadSample("png_rgb.png");
  const std::size_t end_chunk = 12;
  bytes[bytes.size() - end_chunk - 1] ^= 1;  // the last byte of the checksum before it
  EXPECT_THAT(ErrorOf([&] { (void)DecodePng(bytes, {}); }).what(),
              HasSubstr("the PNG data is damaged"));
}

}  // namespace
}  // namespace gradcam
