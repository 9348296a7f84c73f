#include "image/resample.h"

#include <gtest/gtest.h>

#include <cstring>
#include <ostream>
#include <string>
#include <vector>

#include "image/image_testing.h"

namespace gradcam {
namespace {

using testing::ErrorOf;
using testing::SamePixelsAs;

struct Case {
  Image source;
  Image resized;
  ResizeFilter filter = ResizeFilter::kBicubic;
};

// Pixels of `channels` bytes as a picture.
Image MakeImage(int width, int height, int channels, const std::uint8_t* bytes) {
  Image image{width, height, {}};
  for (int pixel = 0; pixel < width * height; ++pixel, bytes += channels) {
    image.rgb.insert(image.rgb.end(), bytes, bytes + 3);
    if (channels == 4) image.alpha.push_back(bytes[3]);
  }
  return image;
}

// What Pillow made: per case five int32 (source size, result size, filter) and both pictures.
std::vector<Case> ReadCases(const std::string& file, int channels) {
  const testing::Bytes bytes = testing::ReadSample(file);
  std::vector<Case> cases;
  std::size_t at = 0;
  const auto read_pixels = [&](int width, int height) {
    const std::uint8_t* first = bytes.data() + at;
    at += static_cast<std::size_t>(width * height * channels);
    return MakeImage(width, height, channels, first);
  };
  while (at < bytes.size()) {
    std::int32_t head[5];
    std::memcpy(head, bytes.data() + at, sizeof(head));
    at += sizeof(head);
    Case c;
    c.source = read_pixels(head[0], head[1]);
    c.resized = read_pixels(head[2], head[3]);
    c.filter = head[4] == 0 ? ResizeFilter::kBicubic : ResizeFilter::kBilinear;
    cases.push_back(std::move(c));
  }
  return cases;
}

std::vector<Case> ReadCases() { return ReadCases("resampled.bin", 3); }

std::string Describe(const Case& c) {
  return std::to_string(c.source.width) + "x" + std::to_string(c.source.height) + " to " +
         std::to_string(c.resized.width) + "x" + std::to_string(c.resized.height);
}

Image Crop(const Image& image, const Rect& window) {
  Image part{window.width, window.height, {}};
  for (int y = 0; y < window.height; ++y) {
    for (int x = 0; x < window.width; ++x) {
      for (const int channel : testing::PixelAt(image, window.x + x, window.y + y)) {
        part.rgb.push_back(static_cast<std::uint8_t>(channel));
      }
    }
  }
  return part;
}

TEST(Resample, GivesPillowsBytes) {
  const std::vector<Case> cases = ReadCases();
  ASSERT_EQ(cases.size(), 20U);
  for (const Case& c : cases) {
    EXPECT_THAT(Resample(c.source, c.resized.width, c.resized.height, c.filter),
                SamePixelsAs(c.resized))
        << Describe(c);
  }
}

TEST(Resample, TransparentPicturesGivePillowsBytes) {
  const std::vector<Case> cases = ReadCases("resampled_rgba.bin", 4);
  ASSERT_EQ(cases.size(), 6U);
  for (const Case& c : cases) {
    const Image resized = Resample(c.source, c.resized.width, c.resized.height, c.filter);
    EXPECT_THAT(resized, SamePixelsAs(c.resized)) << Describe(c);
    EXPECT_EQ(resized.alpha, c.resized.alpha) << Describe(c);
  }
}

TEST(Resample, AWindowIsTheSamePartOfTheWhole) {
  for (const Case& c : ReadCases()) {
    const int width = c.resized.width;
    const int height = c.resized.height;
    const Rect window{width / 3, height / 4, width - width / 2, height - height / 2};
    EXPECT_THAT(Resample(c.source, width, height, c.filter, window),
                SamePixelsAs(Crop(c.resized, window)))
        << Describe(c);
  }
}

TEST(Resample, TheSameSizeIsTheSamePicture) {
  const Image image = testing::MakePattern(17, 9);
  EXPECT_THAT(Resample(image, 17, 9, ResizeFilter::kBicubic), SamePixelsAs(image));
}

TEST(Resample, ATransparentPictureOfTheSameSizeKeepsItsHiddenColours) {
  // Pillow's resize of a picture to its own size is a copy.
  const Image image{2, 1, {200, 100, 50, 1, 2, 3}, {0, 128}};
  const Image resized = Resample(image, 2, 1, ResizeFilter::kBicubic);
  EXPECT_THAT(resized, SamePixelsAs(image));
  EXPECT_EQ(resized.alpha, image.alpha);
}

TEST(Resample, AWindowOfAVeryLongPictureCostsOnlyItself) {
  // The whole result would take 983 million bytes and minutes.
  const Image image = testing::MakePattern(1, 5000);
  const Image part = Resample(image, 256, 1280000, ResizeFilter::kBicubic, {0, 639872, 256, 256});
  EXPECT_EQ(part.width, 256);
  EXPECT_EQ(part.height, 256);
  // 640000 / 256 = 2500: the window's middle lies on the border of the pixels 2499 and 2500.
  const int above = testing::PixelAt(image, 0, 2499)[0];
  const int below = testing::PixelAt(image, 0, 2500)[0];
  EXPECT_NEAR(testing::PixelAt(part, 7, 128)[0], (above + below) / 2.0, 1.5);
}

TEST(Resample, SizesAndWindowsThatCannotBeAreErrors) {
  const Image image = testing::MakePattern(4, 4);
  EXPECT_EQ(ErrorOf([&] { (void)Resample(image, 0, 4, ResizeFilter::kBicubic); }).kind(),
            ErrorKind::kUsage);
  EXPECT_EQ(ErrorOf([&] { (void)Resample({}, 4, 4, ResizeFilter::kBicubic); }).kind(),
            ErrorKind::kUsage);
  EXPECT_EQ(
      ErrorOf([&] { (void)Resample(image, 8, 8, ResizeFilter::kBicubic, {5, 0, 4, 4}); }).kind(),
      ErrorKind::kUsage);
}

}  // namespace
}  // namespace gradcam
