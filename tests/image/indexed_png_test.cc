#include "image/indexed_png.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kPixels = 100;

std::string ProblemOf(const std::vector<std::uint8_t>& bytes, std::int64_t max_pixels) {
  try {
    (void)DecodeIndexedPng(bytes, max_pixels);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST(DecodeIndexedPng, GivesBackIndicesAndPalette) {
  const IndexedImage image{3, 2, {0, 1, 255, 7, 128, 3}};
  const IndexedPng png = DecodeIndexedPng(EncodePng(image, PaletteOf(Colormap::kTurbo)), kPixels);
  EXPECT_EQ(png.image.width, 3);
  EXPECT_EQ(png.image.height, 2);
  EXPECT_EQ(png.image.indices, image.indices);
  EXPECT_EQ(png.palette, PaletteOf(Colormap::kTurbo));
}

TEST(DecodeIndexedPng, RefusesAPictureWithoutPalette) {
  EXPECT_THAT(ProblemOf(EncodePng(Image{1, 1, {1, 2, 3}}), kPixels), HasSubstr("palette"));
}

TEST(DecodeIndexedPng, RefusesTooManyPixels) {
  const auto bytes = EncodePng(IndexedImage{3, 2, {0, 0, 0, 0, 0, 0}}, PaletteOf(Colormap::kJet));
  EXPECT_THAT(ProblemOf(bytes, 5), HasSubstr("limit of 5"));
}

TEST(DecodeIndexedPng, RefusesEveryBeginningOfAFile) {
  const auto whole = EncodePng(IndexedImage{3, 2, {0, 1, 2, 3, 4, 5}}, PaletteOf(Colormap::kJet));
  // The checksum of the last chunk, which holds nothing, is not asked for.
  constexpr std::size_t kLastChecksum = 4;
  for (std::size_t size = 0; size < whole.size() - kLastChecksum; ++size) {
    const std::vector<std::uint8_t> part(whole.begin(),
                                         whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_NE(ProblemOf(part, kPixels), "none") << size;
  }
}

}  // namespace
}  // namespace gradcam
