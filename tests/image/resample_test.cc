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

// What Pillow made, from resampled.bin: per case five int32 (source size, result size, filter) and
// both pictures.
std::vector<Case> ReadCases() {
  const testing::Bytes bytes = testing::ReadSample("resampled.bin");
  std::vector<Case> cases;
  std::size_t at = 0;
  const auto read_pixels = [&](int width, int height) {
    const std::size_t size = static_cast<std::size_t>(width * height) * 3;
    Image image{width, height, {}};
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    image.rgb.assign(begin, begin + static_cast<std::ptrdiff_t>(size));
    at += size;
    return image;
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
