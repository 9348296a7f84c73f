#include "core/line_splitter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(LineSplitter, GivesLinesWhereverPiecesEnd) {
  const std::string text = "ab\n\ncde\nf";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    LineSplitter splitter;
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    for (std::size_t at = 0; at < text.size(); at += size) {
      splitter.Add(text.substr(at, size), [&](std::uint64_t offset, std::string_view line) {
        lines.emplace_back(offset, line);
      });
    }
    EXPECT_THAT(lines, ElementsAre(Pair(0, "ab"), Pair(3, ""), Pair(4, "cde"))) << size;
    EXPECT_EQ(splitter.rest(), "f");
    EXPECT_EQ(splitter.rest_offset(), 8U);
  }
}

}  // namespace
}  // namespace gradcam
