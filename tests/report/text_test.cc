#include "report/text.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";

TEST(Utf8, AcceptsCharactersOfOneToFourBytes) {
  EXPECT_TRUE(IsUtf8("cat \xC3\xA9 \xE7\x8C\xAB \xF0\x9F\x90\xB1"));
  EXPECT_TRUE(IsUtf8(""));
}

TEST(Utf8, RefusesWhatTheStandardForbids) {
  EXPECT_FALSE(IsUtf8("\x80"));              // continues nothing
  EXPECT_FALSE(IsUtf8("\xC3"));              // cut short
  EXPECT_FALSE(IsUtf8("\xC0\xAF"));          // overlong "/"
  EXPECT_FALSE(IsUtf8("\xE0\x80\xAF"));      // overlong "/"
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(IsUtf8("\xFF"));
}

TEST(Utf8, ReplacesWhatIsNoCharacterAndKeepsTheRest) {
  EXPECT_EQ(ToUtf8("a\xE9z"), std::string("a") + kReplacement + "z");
  EXPECT_EQ(ToUtf8("\xC3\xA9\n"), "\xC3\xA9\n");
}

TEST(Printable, ReplacesWhatTurnsTheLineAround) {
  for (const char* control :
       {"\u202A", "\u202B", "\u202C", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"}) {
    EXPECT_EQ(Printable(std::string("a") + control + "b"), std::string("a") + kReplacement + "b");
  }
  for (const char* text : {"\u2029", "\u202F", "\u2065", "\u206A", "\u05D0\u200F", "\u0627"}) {
    EXPECT_EQ(Printable(text), text);
  }
}

TEST(Printable, ReplacesControlCharacters) {
  EXPECT_EQ(Printable("a\x1b[0m"), std::string("a") + kReplacement + "[0m");
  EXPECT_EQ(Printable("a\x7F"), std::string("a") + kReplacement);
  EXPECT_EQ(Printable("\xC2\x9B"), kReplacement);  // U+009B, CSI
  EXPECT_EQ(Printable("\xC2\xA0x"), "\xC2\xA0x");  // U+00A0 is no control
}

TEST(Quoted, PutsAPathIntoQuotationMarks) { EXPECT_EQ(Quoted("a b/c\n"), "'a b/c\xEF\xBF\xBD'"); }

TEST(PercentEncode, KeepsPlainNamesAndCodesTheRest) {
  EXPECT_EQ(PercentEncode("a/b-c_d.e~1.jpg"), "a/b-c_d.e~1.jpg");
  EXPECT_EQ(PercentEncode("a b%\xE9\n"), "a%20b%25%E9%0A");
}

TEST(PercentDecode, GivesTheBytesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(PercentDecode(PercentEncode(bytes)), bytes);
  EXPECT_EQ(PercentDecode("%"), "%");
  EXPECT_EQ(PercentDecode("%4"), "%4");
  EXPECT_EQ(PercentDecode("%4x%41%"), "%4xA%");
}

}  // namespace
}  // namespace gradcam
