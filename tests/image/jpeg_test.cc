#include "image/jpeg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "image/image_testing.h"
#include "image/orient.h"

namespace gradcam {
namespace {

using testing::DecodeSample;
using testing::ErrorOf;
using ::testing::HasSubstr;
using testing::ReadSample;

class JpegLikePillow : public ::testing::TestWithParam<std::string> {};

TEST_P(JpegLikePillow, IsDecodedToTheSameBytes) {
  EXPECT_THAT(DecodeSample(GetParam() + ".jpg").image,
              testing::SamePixelsAs(testing::ReadExpected(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(Samples, JpegLikePillow,
                         ::testing::Values("jpeg_444", "jpeg_422", "jpeg_420", "jpeg_progressive",
                                           "jpeg_grey", "jpeg_cmyk", "jpeg_ycck"));

TEST(Jpeg, EveryExifOrientationIsAppliedAndRecorded) {
  const Image stored = testing::ReadExpected("exif_stored");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Picture picture = DecodeSample("exif_" + std::to_string(orientation) + ".jpg");
    EXPECT_EQ(picture.exif_orientation, orientation);
    EXPECT_THAT(picture.image, testing::SamePixelsAs(ApplyOrientation(stored, orientation)))
        << orientation;
  }
}

TEST(Jpeg, TruncatedFilesAreErrorsAtEveryLength) {
  for (const char* name : {"jpeg_420.jpg", "jpeg_progressive.jpg", "jpeg_cmyk.jpg"}) {
    const testing::Bytes bytes = ReadSample(name);
    for (std::size_t size = 3; size < bytes.size(); ++size) {
      const Error error = ErrorOf([&] { (void)DecodeJpeg(std::span(bytes).first(size), {}); });
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_THAT(error.what(), HasSubstr("the file is truncated")) << name << " " << size;
    }
  }
}

TEST(Jpeg, DataThatEndsTooEarlyInsideAFileIsAnError) {
  // An end marker in the middle of the data: the library would fill the rest with grey.
  testing::Bytes bytes = ReadSample("jpeg_444.jpg");
  const std::size_t middle = bytes.size() - 300;
  bytes[middle] = 0xFF;
  bytes[middle + 1] = 0xD9;
  EXPECT_THAT(ErrorOf([&] { (void)DecodeJpeg(bytes, {}); }).what(),
              HasSubstr("premature end of data segment"));
}

TEST(Jpeg, BytesBehindTheEndAreIgnored) {
  testing::Bytes bytes = ReadSample("jpeg_420.jpg");
  bytes.insert(bytes.end(), 1000, 0x55);
  EXPECT_THAT(DecodeJpeg(bytes, {}).image,
              testing::SamePixelsAs(testing::ReadExpected("jpeg_420")));
}

TEST(Jpeg, EndlessScansAreRefused) {
  const testing::Bytes bytes = ReadSample("jpeg_progressive.jpg");
  const auto is_marker = [](std::uint8_t first, std::uint8_t second) {
    return first == 0xFF && second != 0;
  };
  const testing::Bytes start_of_scan{0xFF, 0xDA};
  const auto scan =
      std::search(bytes.begin(), bytes.end(), start_of_scan.begin(), start_of_scan.end());
  const auto next = std::adjacent_find(scan + 2, bytes.end(), is_marker);
  testing::Bytes bomb(bytes.begin(), next);
  for (int i = 0; i < 600; ++i) {
    bomb.insert(bomb.end(), scan, next);
  }
  bomb.insert(bomb.end(), next, bytes.end());
  EXPECT_THAT(ErrorOf([&] { (void)DecodeJpeg(bomb, {}); }).what(),
              HasSubstr("more than 500 scans"));
}

TEST(Jpeg, ItsSizeIsCheckedBeforeItIsDecoded) {
  const Error error =
      ErrorOf([] { (void)DecodeJpeg(ReadSample("jpeg_444.jpg"), {.max_pixels = 961}); });
  EXPECT_STREQ(error.what(), "37 x 26 pixels are more than the limit of 961");
  EXPECT_THAT(error.hint(), HasSubstr("--max-pixels"));
  EXPECT_NO_THROW((void)DecodeJpeg(ReadSample("jpeg_444.jpg"), {.max_pixels = 962}));
}

}  // namespace
}  // namespace gradcam
