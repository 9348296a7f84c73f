#include "report/path_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace gradcam {
namespace {

TEST(PathToJson, HasBytesOnlyForWhatIsNoUtf8) {
  EXPECT_EQ(PathToJson("image", "a/caf\xC3\xA9 %.jpg").dump(),
            "{\"image\":\"a/caf\xC3\xA9 %.jpg\"}");
  EXPECT_EQ(PathToJson("image", "a/caf\xE9 %.jpg").dump(),
            "{\"image\":\"a/caf\xEF\xBF\xBD %.jpg\",\"image_bytes\":\"a/caf%E9%20%25.jpg\"}");
}

TEST(PathsToJson, HasTheBytesOfAllIfOneIsNoUtf8) {
  EXPECT_EQ(PathsToJson("writes", {}).dump(), R"({"writes":[]})");
  EXPECT_EQ(PathsToJson("writes", {"a b", "c"}).dump(), R"({"writes":["a b","c"]})");
  EXPECT_EQ(PathsToJson("writes", {"a b", "\xFF"}).dump(),
            "{\"writes\":[\"a b\",\"\xEF\xBF\xBD\"],\"writes_bytes\":[\"a%20b\",\"%FF\"]}");
}

}  // namespace
}  // namespace gradcam
