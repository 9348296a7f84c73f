#include "core/json_depth.h"

#include <gtest/gtest.h>

#include <string>

namespace gradcam {
namespace {

TEST(JsonDepth, CountsWhatLiesInEachOther) {
  EXPECT_EQ(JsonDepth("1"), 0U);
  EXPECT_EQ(JsonDepth(R"({"a": [1, {"b": 2}], "c": [[]]})"), 3U);
  EXPECT_EQ(JsonDepth(std::string(1000, '[')), 1000U);
}

TEST(JsonDepth, BracketsInStringsAreText) { EXPECT_EQ(JsonDepth(R"({"[[[": "\"[[[\\"})"), 1U); }

TEST(JsonDepth, TakesTextThatIsNoJson) {
  EXPECT_EQ(JsonDepth("]]]}["), 1U);
  EXPECT_EQ(JsonDepth("\"\\"), 0U);
}

}  // namespace
}  // namespace gradcam
