#include "image/orient.h"

#include <gtest/gtest.h>

#include <string>

#include "image/image_testing.h"

namespace gradcam {
namespace {

// Pictures as rows of letters, one a pixel, parted by slashes.
Image FromLetters(const std::string& letters) {
  Image image{0, 1, {}};
  for (const char letter : letters) {
    if (letter == '/') {
      ++image.height;
      continue;
    }
    const auto c = static_cast<std::uint8_t>(letter);
    image.rgb.insert(image.rgb.end(), {c, static_cast<std::uint8_t>(c + 1), 0});
  }
  image.width = static_cast<int>(image.rgb.size()) / 3 / image.height;
  return image;
}

struct Case {
  int orientation;
  std::string upright;
};

class Orientation : public ::testing::TestWithParam<Case> {};

TEST_P(Orientation, IsAppliedToAPictureOfThreeByTwo) {
  const Image upright = ApplyOrientation(FromLetters("abc/def"), GetParam().orientation);
  EXPECT_THAT(upright, testing::SamePixelsAs(FromLetters(GetParam().upright)));
}

// Where row 0 and column 0 of the stored picture stand: EXIF 2.3, tag 274 (6: right, top and so
// on).
INSTANTIATE_TEST_SUITE_P(All, Orientation,
                         ::testing::Values(Case{1, "abc/def"}, Case{2, "cba/fed"},
                                           Case{3, "fed/cba"}, Case{4, "def/abc"},
                                           Case{5, "ad/be/cf"}, Case{6, "da/eb/fc"},
                                           Case{7, "fc/eb/da"}, Case{8, "cf/be/ad"}));

TEST(Orient, TurnsAPictureLargerThanItsTilesAndBack) {
  const Image image = testing::MakePattern(201, 130);
  const Image turned = ApplyOrientation(image, 6);
  EXPECT_EQ(turned.width, 130);
  EXPECT_EQ(testing::PixelAt(turned, 129, 200), testing::PixelAt(image, 200, 0));
  EXPECT_THAT(ApplyOrientation(turned, 8), testing::SamePixelsAs(image));
}

}  // namespace
}  // namespace gradcam
