#include "cli/terminal.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace gradcam {
namespace {

TEST(OneLine, FoldsLineBreaksAndKeepsSpaces) {
  EXPECT_EQ(OneLine("a\n  b\tc\r\n"), "a b c");
  EXPECT_EQ(OneLine("two  spaces"), "two  spaces");
  EXPECT_EQ(OneLine(" \n "), "");
  EXPECT_EQ(OneLine(""), "");
}

TEST(OneLine, LetsNoEscapeSequencePass) {
  const std::string line = OneLine(
      "a\x1b[31mb\x7f\xc2\x9b"
      "c\x07");
  for (const char c : line) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') << line;
  }
  EXPECT_EQ(line.find("\xc2\x9b"), std::string::npos);  // U+009B, the one-character CSI
  EXPECT_NE(line.find("[31mb"), std::string::npos);
}

TEST(OneLine, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(OneLine("K\xc3\xa4tzchen"), "K\xc3\xa4tzchen");
  EXPECT_EQ(OneLine("a\xff"
                    "b")
                .find('\xff'),
            std::string::npos);
}

TEST(UseColor, NeedsATerminalUnlessForced) {
  const int file = open("/dev/null", O_WRONLY);
  Environment environment;
  environment.term = std::string("xterm");
  EXPECT_FALSE(UseColor(When::kAuto, file, environment));
  EXPECT_TRUE(UseColor(When::kAlways, file, environment));
  EXPECT_FALSE(UseColor(When::kNever, file, environment));
  close(file);
}

TEST(UseColor, HonoursNoColorAndDumbTerminals) {
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  ASSERT_GE(terminal, 0);
  Environment environment;
  EXPECT_FALSE(UseColor(When::kAuto, terminal, environment));  // TERM is unset
  environment.term = std::string("xterm");
  EXPECT_TRUE(UseColor(When::kAuto, terminal, environment));
  environment.term = std::string("dumb");
  EXPECT_FALSE(UseColor(When::kAuto, terminal, environment));
  environment.term = std::string("xterm");
  environment.no_color = std::string("1");
  EXPECT_FALSE(UseColor(When::kAuto, terminal, environment));
  EXPECT_TRUE(UseColor(When::kAlways, terminal, environment));
  close(terminal);
}

}  // namespace
}  // namespace gradcam
