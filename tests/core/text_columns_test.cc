#include "core/text_columns.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(Padded, CountsCharactersNotBytes) {
  EXPECT_EQ(Padded("\xc3\xa4", 3), "\xc3\xa4  ");
  EXPECT_EQ(Padded("long", 2), "long");
}

}  // namespace
}  // namespace gradcam
