#include "image/tiff_header.h"

#include <gtest/gtest.h>

#include <vector>

#include "image/image_testing.h"

namespace gradcam {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A BigTIFF header with width 0x10203 (LONG), height 5 (SHORT) and orientation 3 (SHORT).
Bytes BigTiff() {
  Bytes bytes{'I', 'I', 43, 0, 8, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0};
  const auto add = [&bytes](std::uint8_t tag_low, std::uint8_t type, const Bytes& value) {
    Bytes entry{tag_low, 1, type, 0, 1, 0, 0, 0, 0, 0, 0, 0};
    entry.insert(entry.end(), value.begin(), value.end());
    entry.resize(20);
    bytes.insert(bytes.end(), entry.begin(), entry.end());
  };
  add(0x00, 4, {3, 2, 1, 0});
  add(0x01, 3, {5, 0});
  add(0x12, 3, {3, 0});
  return bytes;
}

TEST(TiffHeader, OfBigTiffIsRead) {
  const TiffHeader header = ReadTiffHeader(BigTiff());
  EXPECT_EQ(header.width, 0x10203U);
  EXPECT_EQ(header.height, 5U);
  EXPECT_EQ(header.orientation, 3);
}

TEST(TiffHeader, ThatIsCutShortIsAnError) {
  const Bytes bytes = BigTiff();
  for (std::size_t size = 4; size < bytes.size() - 6; ++size) {
    EXPECT_THROW((void)ReadTiffHeader(std::span(bytes).first(size)), Error) << size;
  }
}

TEST(TiffHeader, WithTwoWidthsIsAnError) {
  Bytes bytes = BigTiff();
  bytes[24 + 20] = 0x00;  // the tag of the second entry becomes that of the first
  EXPECT_THROW((void)ReadTiffHeader(bytes), Error);
}

TEST(TiffHeader, ANeutralCopyDiffersOnlyInOrientationAndKindOfAlpha) {
  const Bytes turned = testing::ReadSample("tiff_rgb16_big_endian.tif");
  const Bytes neutral = NeutralTiff(turned);
  EXPECT_EQ(ReadTiffHeader(neutral).orientation, 1);
  int changes = 0;
  for (std::size_t i = 0; i < turned.size(); ++i) {
    changes += turned[i] != neutral[i] ? 1 : 0;
  }
  EXPECT_EQ(changes, 1);
}

}  // namespace
}  // namespace gradcam
