#include "core/text_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Padded, CountsCharactersNotBytes) {
  EXPECT_EQ(Padded("\xc3\xa4", 3), "\xc3\xa4  ");
  EXPECT_EQ(Padded("long", 2), "long");
}

TEST(TableLines, PadsAllColumnsButTheLast) {
  EXPECT_THAT(TableLines({{"name", "size"}, {"\xc3\xa4", "1"}, {"longer", "2"}}),
              ElementsAre("name    size", "\xc3\xa4       1", "longer  2"));
  EXPECT_THAT(TableLines({}), IsEmpty());
}

}  // namespace
}  // namespace gradcam
