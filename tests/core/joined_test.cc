#include "core/joined.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(Joined, PutsTheSeparatorBetween) {
  EXPECT_EQ(Joined({}, ", "), "");
  EXPECT_EQ(Joined({"a"}, ", "), "a");
  EXPECT_EQ(Joined({"", "b", ""}, ", "), ", b, ");
}

}  // namespace
}  // namespace gradcam
