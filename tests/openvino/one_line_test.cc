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

TEST(OneLine, SaysSomethingInAnyCase) { EXPECT_EQ(OneLine(" \n"), "unknown error"); }

}  // namespace
}  // namespace gradcam
