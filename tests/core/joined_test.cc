#include "core/joined.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(Joined, PutsTheSeparatorBetween) {
  EXPECT_EQ(Joined({}, ", "), "");
  EXPECT_EQ(Joined({"a"}, ", "), "a");
  EXPECT_EQ(Joined({"", "b", ""}, ", "), ", b, ");
}

TEST(JoinedQuoted, PutsEachPartInQuotationMarks) {
  EXPECT_EQ(JoinedQuoted({}), "");
  EXPECT_EQ(JoinedQuoted({"a"}), "'a'");
  EXPECT_EQ(JoinedQuoted({"a", "b"}), "'a', 'b'");
}

}  // namespace
}  // namespace gradcam
