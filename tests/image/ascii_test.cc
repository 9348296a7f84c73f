#include "image/ascii.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(ToAscii, LettersLoseTheirAccents) {
  EXPECT_EQ(ToAscii("cr\u00E8me br\u00FBl\u00E9e, \u00C4rger"), "creme brulee, Arger");
}

TEST(ToAscii, SignsBecomePlainOnesOrQuestionMarks) {
  EXPECT_EQ(ToAscii("\u2018a\u2019 \u2013 5\u00A0%\t\n"), "'a' - 5 %  ");
  EXPECT_EQ(ToAscii("\u732B \U0001F431 \x7F"), "? ? ?");
}

TEST(ToAscii, BytesThatAreNoUtf8DoNotSpoilTheRest) {
  EXPECT_EQ(ToAscii("a\xFF"
                    "b\xC3"),
            "a?b?");
  EXPECT_EQ(ToAscii("\xE7\x8C"
                    "b"),
            "??b");
}

}  // namespace
}  // namespace gradcam
