#include "page/thumbnail.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

#include "image/jpeg.h"

namespace gradcam {
namespace {

// The worst case for a JPEG: nothing in it can be predicted.
Image Noise(int width, int height) {
  std::mt19937 random(1);
  Image image{width, height, {}};
  for (int i = 0; i < width * height * 3; ++i) {
    image.rgb.push_back(static_cast<std::uint8_t>(random()));
  }
  return image;
}

Image Plain(int width, int height) {
  return {width, height,
          std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), 90)};
}

Image Decoded(const std::vector<std::uint8_t>& bytes) { return DecodeJpeg(bytes, {}).image; }

TEST(Thumbnail, FitsIntoItsSideAndKeepsTheAspectRatio) {
  const Image small = Decoded(MakeThumbnail(Plain(800, 600), 320));
  EXPECT_EQ(small.width, 320);
  EXPECT_EQ(small.height, 240);
}

TEST(Thumbnail, IsNeverEnlarged) {
  const Image small = Decoded(MakeThumbnail(Plain(32, 20), 320));
  EXPECT_EQ(small.width, 32);
  EXPECT_EQ(small.height, 20);
}

TEST(Thumbnail, OfALinelikePictureHasAtLeastOnePixel) {
  const Image small = Decoded(MakeThumbnail(Plain(3000, 2), 320));
  EXPECT_EQ(small.width, 320);
  EXPECT_EQ(small.height, 1);
}

TEST(Thumbnail, IsNeverLargerThanTheLimit) {
  const std::vector<std::uint8_t> bytes = MakeThumbnail(Noise(700, 700), 320);
  EXPECT_LE(bytes.size(), kLargestThumbnail);
  EXPECT_GE(Decoded(bytes).width, 100);
}

TEST(Thumbnail, OfATransparentPictureLiesOverWhite) {
  Image image = Plain(8, 8);
  image.alpha.assign(64, 0);
  EXPECT_GT(Decoded(MakeThumbnail(image, 320)).rgb[0], 250);
}

}  // namespace
}  // namespace gradcam
