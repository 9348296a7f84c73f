#include "image/jpeg_encode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>

#include "gradcam/error.h"
#include "image/image_testing.h"
#include "image/jpeg.h"

namespace gradcam {
namespace {

// Root-mean-square difference of two pictures of the same size, in grey levels.
double Rms(const Image& a, const Image& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) {
    const double difference = static_cast<double>(a.rgb[i]) - b.rgb[i];
    sum += difference * difference;
  }
  return std::sqrt(sum / static_cast<double>(a.rgb.size()));
}

// Smooth, so that only the quality decides what is lost.
Image Gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.rgb.push_back(static_cast<std::uint8_t>(x * 255 / width));
      image.rgb.push_back(static_cast<std::uint8_t>(y * 255 / height));
      image.rgb.push_back(64);
    }
  }
  return image;
}

TEST(JpegEncode, IsReadBackAsTheSamePicture) {
  const Image image = Gradient(65, 33);  // no multiples of the block size
  const Image back = DecodeJpeg(EncodeJpeg(image, 95), {}).image;
  ASSERT_EQ(back.width, 65);
  ASSERT_EQ(back.height, 33);
  // 1.1 measured: rounding and half-resolution colours of a steep gradient.
  EXPECT_LT(Rms(image, back), 2);
}

TEST(JpegEncode, ALowerQualityIsSmaller) {
  const Image image = testing::ReadExpected("jpeg_444");
  EXPECT_LT(EncodeJpeg(image, 30).size(), EncodeJpeg(image, 90).size());
}

TEST(JpegEncode, RefusesSizesThatTheFormatHasNot) {
  EXPECT_THROW((void)EncodeJpeg({}, 80), Error);
  const Image wide{70000, 1, std::vector<std::uint8_t>(std::size_t{70000} * 3)};
  EXPECT_THROW((void)EncodeJpeg(wide, 80), Error);
}

}  // namespace
}  // namespace gradcam
