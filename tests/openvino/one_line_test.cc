#include "openvino/one_line.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(OneLine, LeavesPlacesInSourceCodeOut) {
  EXPECT_EQ(OneLine("Exception from src/inference/src/cpp/core.cpp:107:\n"
                    "Exception from src/plugins/intel_cpu/src/node.cpp:42:\n\n"
                    "  no such node\n  here\n\n"),
            "no such node here");
}

TEST(OneLine, IsBounded) { EXPECT_LT(OneLine(std::string(5000, 'x')).size(), 250U); }

TEST(OneLine, IsCutBetweenCharacters) {
  std::string umlauts;
  for (int i = 0; i < 150; ++i) umlauts += "ä";
  const std::string whole = umlauts.substr(0, 200) + " …";
  EXPECT_EQ(OneLine(umlauts), whole);
  EXPECT_EQ(OneLine("x" + umlauts), "x" + umlauts.substr(0, 198) + " …");
}

TEST(OneLine, SaysSomethingInAnyCase) { EXPECT_EQ(OneLine(" \n"), "unknown error"); }

}  // namespace
}  // namespace gradcam
