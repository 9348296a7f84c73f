#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <opencv2/imgcodecs.hpp>
#include <string>
#include <vector>

#include "gradcam/draw.h"
#include "image/image_testing.h"
#include "image/png_decode.h"

namespace gradcam {
namespace {

using testing::SamePixelsAs;

// The types of a file's chunks, in order.
std::vector<std::string> ChunksOf(const testing::Bytes& file) {
  std::vector<std::string> types;
  for (std::size_t at = 8; at + 12 <= file.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      size = size << 8 | file[at + i];
    }
    types.emplace_back(file.begin() + static_cast<std::ptrdiff_t>(at + 4),
                       file.begin() + static_cast<std::ptrdiff_t>(at + 8));
    at += size + 12;
  }
  return types;
}

Image Colour(const IndexedImage& indexed, const Palette& palette) {
  Image image{indexed.width, indexed.height, {}};
  for (const std::uint8_t index : indexed.indices) {
    image.rgb.insert(image.rgb.end(), palette[index].begin(), palette[index].end());
  }
  return image;
}

// By OpenCV, which reads with libpng and gives blue first.
Image ReadByOpenCv(const testing::Bytes& file) {
  const cv::Mat pixels = cv::imdecode(file, cv::IMREAD_COLOR);
  Image image{pixels.cols, pixels.rows, {}};
  for (int y = 0; y < pixels.rows; ++y) {
    for (int x = 0; x < pixels.cols; ++x) {
      const auto& bgr = pixels.at<cv::Vec3b>(y, x);
      image.rgb.insert(image.rgb.end(), {bgr[2], bgr[1], bgr[0]});
    }
  }
  return image;
}

class PngSize : public ::testing::TestWithParam<std::pair<int, int>> {};

TEST_P(PngSize, IsReadBackByLibspngAndLibpng) {
  const auto [width, height] = GetParam();
  const Image image = testing::MakePattern(width, height);
  const testing::Bytes rgb_file = EncodePng(image);
  EXPECT_THAT(DecodePng(rgb_file, {}).image, SamePixelsAs(image));
  EXPECT_THAT(ReadByOpenCv(rgb_file), SamePixelsAs(image));

  IndexedImage indexed{width, height, {}};
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    indexed.indices.push_back(image.rgb[i]);
  }
  const Palette& palette = PaletteOf(Colormap::kTurbo);
  const testing::Bytes indexed_file = EncodePng(indexed, palette);
  const Image coloured = Colour(indexed, palette);
  EXPECT_THAT(DecodePng(indexed_file, {}).image, SamePixelsAs(coloured));
  EXPECT_THAT(ReadByOpenCv(indexed_file), SamePixelsAs(coloured));
}

INSTANTIATE_TEST_SUITE_P(Sizes, PngSize,
                         ::testing::Values(std::pair{1, 1}, std::pair{1, 5000}, std::pair{5000, 1},
                                           std::pair{500, 375}, std::pair{70000, 3},
                                           std::pair{1733, 911}));

TEST(Png, NoiseThatFillsManyChunksIsReadBack) {
  Image image{1500, 1000, {}};
  image.rgb.resize(std::size_t{1500} * 1000 * 3);
  std::uint64_t state = 1;
  for (std::uint8_t& byte : image.rgb) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::uint8_t>(state >> 56);
  }
  const testing::Bytes file = EncodePng(image);
  const std::vector<std::string> chunks = ChunksOf(file);
  EXPECT_GT(std::count(chunks.begin(), chunks.end(), "IDAT"), 10);
  EXPECT_THAT(DecodePng(file, {}).image, SamePixelsAs(image));
}

TEST(Png, HeatmapsAreIndexedWith256Colours) {
  const testing::Bytes file = EncodePng({2, 1, {0, 255}}, PaletteOf(Colormap::kJet));
  EXPECT_EQ(ChunksOf(file), (std::vector<std::string>{"IHDR", "tEXt", "PLTE", "IDAT", "IEND"}));
  EXPECT_EQ(file[24], 8);  // bit depth
  EXPECT_EQ(file[25], 3);  // colour type: indexed
}

TEST(Png, PicturesAreRgb) {
  const testing::Bytes file = EncodePng(testing::MakePattern(2, 2));
  EXPECT_EQ(ChunksOf(file), (std::vector<std::string>{"IHDR", "tEXt", "IDAT", "IEND"}));
  EXPECT_EQ(file[25], 2);
}

TEST(Png, AnEmptyPictureOrOneWithMissingPixelsIsAnError) {
  EXPECT_THROW((void)EncodePng(Image{}), Error);
  EXPECT_THROW((void)EncodePng(Image{2, 2, {0, 0, 0}}), Error);
  EXPECT_THROW((void)EncodePng(IndexedImage{2, 2, {0}}, PaletteOf(Colormap::kJet)), Error);
}

}  // namespace
}  // namespace gradcam
