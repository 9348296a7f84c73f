#include "page/picture_url.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(RelativeUrl, LeadsFromThePageToTheFile) {
  EXPECT_EQ(RelativeUrl("/a/out/b/cat.png", "/a/out"), "./b/cat.png");
  EXPECT_EQ(RelativeUrl("/a/photos/cat.jpg", "/a/out"), "./../photos/cat.jpg");
}

TEST(RelativeUrl, CodesWhatAUrlWouldMistake) {
  EXPECT_EQ(RelativeUrl("/out/50% #1?\".png", "/out"), "./50%25%20%231%3F%22.png");
  EXPECT_EQ(RelativeUrl("/out/javascript:x", "/out"), "./javascript%3Ax");
  EXPECT_EQ(RelativeUrl("/out/caf\xE9.png", "/out"), "./caf%E9.png");
}

TEST(IsShownByBrowsers, GoesByTheExtensionInAnyCase) {
  EXPECT_TRUE(IsShownByBrowsers("a.JPG"));
  EXPECT_TRUE(IsShownByBrowsers("a.b.webp"));
  EXPECT_FALSE(IsShownByBrowsers("a.tif"));
  EXPECT_FALSE(IsShownByBrowsers("jpg"));
}

}  // namespace
}  // namespace gradcam
