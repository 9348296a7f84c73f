#include "core/blank.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(IsBlank, IsTrueForWhiteSpaceOnly) {
  EXPECT_TRUE(IsBlank(""));
  EXPECT_TRUE(IsBlank(" \t\r"));
  EXPECT_FALSE(IsBlank(" a"));
}

}  // namespace
}  // namespace gradcam
