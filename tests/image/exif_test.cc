#include "image/exif.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace gradcam {
namespace {

// A little-endian TIFF header with one entry: orientation, a SHORT.
std::vector<std::uint8_t> OrientationBlock(std::uint8_t orientation) {
  return {'I', 'I', 42, 0, 8, 0,           0, 0, 1, 0, 0x12, 0x01, 3,
          0,   1,   0,  0, 0, orientation, 0, 0, 0, 0, 0,    0,    0};
}

TEST(Exif, OrientationIsReadWithAndWithoutTheExifPrefix) {
  std::vector<std::uint8_t> block = OrientationBlock(6);
  EXPECT_EQ(ReadExifOrientation(block), 6);
  block.insert(block.begin(), {'E', 'x', 'i', 'f', 0, 0});
  EXPECT_EQ(ReadExifOrientation(block), 6);
}

TEST(Exif, OrientationOfABigEndianBlockIsRead) {
  EXPECT_EQ(
      ReadExifOrientation(std::vector<std::uint8_t>{
          'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0}),
      8);
}

TEST(Exif, OrientationsThatDoNotExistAreOne) {
  EXPECT_EQ(ReadExifOrientation(OrientationBlock(0)), 1);
  EXPECT_EQ(ReadExifOrientation(OrientationBlock(9)), 1);
}

TEST(Exif, EmptyAndDamagedBlocksAreOne) {
  EXPECT_EQ(ReadExifOrientation({}), 1);
  EXPECT_EQ(ReadExifOrientation(std::vector<std::uint8_t>{'E', 'x'}), 1);
  std::vector<std::uint8_t> block = OrientationBlock(6);
  block.resize(17);
  EXPECT_EQ(ReadExifOrientation(block), 1);
}

}  // namespace
}  // namespace gradcam
