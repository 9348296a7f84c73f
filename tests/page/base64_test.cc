#include "page/base64.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace gradcam {
namespace {

std::string Coded(std::string_view text) {
  return Base64(std::vector<std::uint8_t>(text.begin(), text.end()));
}

TEST(Base64, GivesTheExamplesOfTheStandard) {
  EXPECT_EQ(Coded(""), "");
  EXPECT_EQ(Coded("f"), "Zg==");
  EXPECT_EQ(Coded("fo"), "Zm8=");
  EXPECT_EQ(Coded("foo"), "Zm9v");
  EXPECT_EQ(Coded("foob"), "Zm9vYg==");
  EXPECT_EQ(Coded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(Coded("foobar"), "Zm9vYmFy");
}

TEST(Base64, UsesTheWholeAlphabet) {
  EXPECT_EQ(Base64(std::vector<std::uint8_t>{0xFB, 0xEF, 0xFF}), "++//");
}

}  // namespace
}  // namespace gradcam
