#include "image/encode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "gradcam/error.h"
#include "image/decode.h"
#include "image/image_testing.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

constexpr ImageFormat kFormats[] = {ImageFormat::kPng, ImageFormat::kJpg, ImageFormat::kWebp};

// A smooth picture full of colours.
Image Rainbow(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.rgb.push_back(static_cast<std::uint8_t>(x * 255 / width));
      image.rgb.push_back(static_cast<std::uint8_t>(255 - x * 255 / width));
      image.rgb.push_back(static_cast<std::uint8_t>(y * 255 / height));
    }
  }
  return image;
}

int LargestDifference(const Image& a, const Image& b) {
  int largest = 0;
  for (std::size_t i = 0; i < a.rgb.size(); ++i) {
    largest = std::max(largest, std::abs(a.rgb[i] - b.rgb[i]));
  }
  return largest;
}

TEST(EncodeImage, IsReadBackAsNearlyTheSamePicture) {
  const Image image = Rainbow(61, 33);
  for (const ImageFormat format : kFormats) {
    const Picture back = DecodePicture(EncodeImage(image, format), "drawing", {});
    ASSERT_EQ(back.image.width, 61);
    ASSERT_EQ(back.image.height, 33);
    EXPECT_EQ(back.exif_orientation, 1);
    // Found: 3 for JPEG and 12 for WebP, whose colours have half the resolution.
    EXPECT_LE(LargestDifference(back.image, image), format == ImageFormat::kPng ? 0 : 16);
  }
}

TEST(EncodeImage, KeepsColoursAtFullResolutionInJpeg) {
  // Red and green columns of equal brightness: at half resolution all become the same brown.
  Image image{16, 16, {}};
  for (int i = 0; i < 16 * 16; ++i) {
    const bool red = i % 2 == 0;
    for (const int value : {red ? 200 : 0, red ? 0 : 102, 0}) {
      image.rgb.push_back(static_cast<std::uint8_t>(value));
    }
  }
  const Image back = DecodePicture(EncodeImage(image, ImageFormat::kJpg), "drawing", {}).image;
  EXPECT_GT(back.rgb[0], 150);
  EXPECT_LT(back.rgb[3], 50);
}

TEST(EncodeImage, SaysWhoMadeTheFileInItsFirstOrLastBytes) {
  for (const ImageFormat format : kFormats) {
    const std::vector<std::uint8_t> bytes = EncodeImage(Rainbow(61, 33), format);
    constexpr std::size_t kPart = 100;
    ASSERT_GT(bytes.size(), 2 * kPart);
    EXPECT_TRUE(IsMadeByGradcam(std::span(bytes).first(kPart)) ||
                IsMadeByGradcam(std::span(bytes).last(kPart)));
  }
  EXPECT_FALSE(IsMadeByGradcam(testing::ReadSample("webp_lossy.webp")));
  EXPECT_FALSE(IsMadeByGradcam({}));
}

TEST(EncodeImage, NamesTheLimitOfAFormat) {
  for (const auto& [format, side] :
       {std::pair(ImageFormat::kJpg, 65501), std::pair(ImageFormat::kWebp, 16384)}) {
    try {
      static_cast<void>(EncodeImage(Rainbow(1, side), format));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kOutput);
      EXPECT_THAT(error.what(), HasSubstr("no side may exceed " + std::to_string(side - 1)));
    }
    EXPECT_FALSE(EncodeImage(Rainbow(1, side - 1), format).empty());
  }
}

TEST(RequireEncoder, NeedsThePluginForWebpOnly) {
  const std::vector<std::filesystem::path> nowhere{"/nonexistent"};
  EXPECT_NO_THROW(RequireEncoder(ImageFormat::kPng, nowhere));
  EXPECT_NO_THROW(RequireEncoder(ImageFormat::kJpg, nowhere));
  EXPECT_NO_THROW(RequireEncoder(ImageFormat::kWebp));
  try {
    RequireEncoder(ImageFormat::kWebp, nowhere);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("libgradcam_codecs.so, which is not installed"));
  }
}

}  // namespace
}  // namespace gradcam
