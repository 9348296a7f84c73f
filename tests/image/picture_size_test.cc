#include "image/picture_size.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "image/decode.h"
#include "image/image_testing.h"

namespace gradcam {
namespace {

using testing::ReadBytes;
using testing::ReadSample;

TEST(PictureSize, IsWhatDecodingGivesForEverySample) {
  int compared = 0;
  for (const auto& entry : std::filesystem::directory_iterator(testing::SamplePath(""))) {
    const testing::Bytes bytes = ReadBytes(entry.path().string());
    Picture picture;
    try {
      picture = DecodePicture(bytes, "sample", {});
    } catch (const Error&) {
      continue;  // the damaged ones, and what is no picture
    }
    EXPECT_EQ(ClaimedPixels(bytes), static_cast<std::uint64_t>(picture.image.width) *
                                        static_cast<std::uint64_t>(picture.image.height))
        << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 60);
}

TEST(PictureSize, IsKnownOfAPictureThatIsTooLargeToDecode) {
  EXPECT_GT(ClaimedPixels(ReadSample("png_bomb.png")), std::uint64_t{200'000'000});
}

TEST(PictureSize, IsUnknownWithoutAWholeHeader) {
  for (const char* name : {"jpeg_420.jpg", "png_rgb.png", "bmp_rgb.bmp", "exif_1.tif",
                           "webp_rgba.webp", "pnm_p6.ppm"}) {
    testing::Bytes bytes = ReadSample(name);
    bytes.resize(5);
    EXPECT_EQ(ClaimedPixels(bytes), std::nullopt) << name;
  }
  EXPECT_EQ(ClaimedPixels({}), std::nullopt);
  const std::string text = "no picture";
  EXPECT_EQ(ClaimedPixels(testing::Bytes(text.begin(), text.end())), std::nullopt);
}

// Segments of length 0 must not hold the scan in place, nor long ones lead it outside.
TEST(PictureSize, OfADamagedJpegIsUnknown) {
  testing::Bytes bytes{0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x00};
  bytes.resize(40, 0xFF);
  EXPECT_EQ(ClaimedPixels(bytes), std::nullopt);
  bytes[4] = 0xFF;
  EXPECT_EQ(ClaimedPixels(bytes), std::nullopt);
}

}  // namespace
}  // namespace gradcam
