#include "image/decode.h"

#include <gtest/gtest.h>

#include <string>

#include "image/image_testing.h"

namespace gradcam {
namespace {

using testing::ErrorOf;
using ::testing::HasSubstr;

Error DecodeError(const std::string& text) {
  return ErrorOf([&] { (void)DecodePicture(testing::Bytes(text.begin(), text.end()), "cat", {}); });
}

TEST(Decode, TheFormatIsToldByContentNotByName) {
  EXPECT_EQ(DecodePicture(testing::ReadSample("png_rgb.png"), "cat.jpg", {}).image.width, 6);
}

TEST(Decode, APictureWithoutExifHasOrientationOne) {
  EXPECT_EQ(testing::DecodeSample("png_rgb.png").exif_orientation, 1);
  EXPECT_EQ(testing::DecodeSample("jpeg_444.jpg").exif_orientation, 1);
}

TEST(Decode, UnsupportedFormatsAreRefusedByName) {
  const Error error = DecodeError("GIF89a");
  EXPECT_EQ(error.kind(), ErrorKind::kInput);
  EXPECT_STREQ(error.what(), "cannot read image 'cat': GIF files are not supported");
  EXPECT_EQ(error.hint(), "convert it to PNG or JPEG first");
  EXPECT_THAT(DecodeError("%PDF-1.4").what(), HasSubstr("PDF files are not supported"));
}

TEST(Decode, BytesThatAreNoPictureAreRefused) {
  const Error error = DecodeError("hello");
  EXPECT_STREQ(error.what(),
               "cannot read image 'cat': it is not a picture, or of a format that is not known");
  EXPECT_THAT(error.hint(), HasSubstr("JPEG, PNG, BMP, TIFF, WebP and PNM"));
}

TEST(Decode, AnEmptyFileIsRefused) {
  EXPECT_STREQ(DecodeError("").what(), "cannot read image 'cat': the file is empty");
}

TEST(Decode, ErrorsOfADecoderNameTheFile) {
  testing::Bytes bytes = testing::ReadSample("jpeg_420.jpg");
  bytes.resize(bytes.size() / 2);
  EXPECT_STREQ(ErrorOf([&] { (void)DecodePicture(bytes, "a/b.jpg", {}); }).what(),
               "cannot read image 'a/b.jpg': the file is truncated");
}

}  // namespace
}  // namespace gradcam
