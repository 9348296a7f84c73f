#include "image/text_line.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <ranges>
#include <string>

namespace gradcam {
namespace {

TEST(DrawTextLine, HasInkWhereTheTextIs) {
  const TextLine line = DrawTextLine("cat", 1000);
  EXPECT_EQ(line.ink.size(), static_cast<std::size_t>(line.width * line.height));
  EXPECT_EQ(std::ranges::max(line.ink), 255);
  EXPECT_EQ(line.ink.front(), 0);
  EXPECT_GT(DrawTextLine("cats and dogs", 1000).width, line.width);
}

TEST(DrawTextLine, OfNoTextHasNoInk) { EXPECT_EQ(std::ranges::max(DrawTextLine("", 1000).ink), 0); }

TEST(DrawTextLine, IsCutShortWithDots) {
  const std::string text(5000, 'w');
  const TextLine line = DrawTextLine(text, 200);
  constexpr int kPadding = 4;  // on both sides together
  EXPECT_LE(line.width, 200 + kPadding);
  EXPECT_GT(line.width, 170);
  const auto is_start = [&line](std::size_t letters) {
    return DrawTextLine(std::string(letters, 'w') + "...", 1000).ink == line.ink;
  };
  EXPECT_TRUE(std::ranges::any_of(std::views::iota(1U, 30U), is_start));
}

}  // namespace
}  // namespace gradcam
