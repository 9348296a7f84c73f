#include "core/cut_text.h"

#include <gtest/gtest.h>

#include <string>

namespace gradcam {
namespace {

TEST(CutAtCharacter, NeverCutsInsideOne) {
  EXPECT_EQ(CutAtCharacter("ab", 5), "ab");
  EXPECT_EQ(CutAtCharacter("abc", 2), "ab");
  EXPECT_EQ(CutAtCharacter("a\xC3\xA9", 2), "a");
  EXPECT_EQ(CutAtCharacter("\xF0\x9F\x90\xB1z", 4), "\xF0\x9F\x90\xB1");
  EXPECT_EQ(CutAtCharacter("\xF0\x9F\x90\xB1z", 3), "");
}

TEST(CutAtCharacter, CutsBytesThatAreNoCharactersAtTheLimit) {
  EXPECT_EQ(CutAtCharacter(std::string(10, '\x80'), 6), std::string(6, '\x80'));
}

TEST(Shortened, EndsBehindAWord) {
  EXPECT_EQ(Shortened("one two", 7), "one two");
  EXPECT_EQ(Shortened("one two three", 8), "one two …");
  EXPECT_EQ(Shortened("one two three", 7), "one two …");
}

TEST(Shortened, CutsALongWordBetweenCharacters) {
  EXPECT_EQ(Shortened("onetwo", 3), "one …");
  EXPECT_EQ(Shortened("a\xC3\xA9i", 2), "a …");
}

}  // namespace
}  // namespace gradcam
