#include "report/path_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "gradcam/error.h"

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

TEST(PathFromJson, TakesTheBytesWhereTheyAreGiven) {
  for (const char* path : {"a/caf\xC3\xA9 %.jpg", "a/caf\xE9 %.jpg"}) {
    EXPECT_EQ(PathFromJson(PathToJson("image", path), "image"), path);
  }
}

TEST(PathFromJson, SaysWhatIsNoPath) {
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {R"({})", "no \"x\""},
      {R"([])", "no \"x\""},
      {R"({"x": 1})", "\"x\" is not a text"},
      {R"({"x": ""})", "\"x\" is empty"},
      {R"({"x": "a\u0000b"})", "\"x\" holds a NUL byte"},
      {R"({"x_bytes": "a"})", "\"x_bytes\" without \"x\""},
      {R"({"x": "a", "x_bytes": null})", "\"x_bytes\" is not a text"},
      {R"({"x": "a", "x_bytes": ""})", "\"x_bytes\" is empty"},
      {R"({"x": "a", "x_bytes": "a%00b"})", "\"x_bytes\" holds a NUL byte"},
      {R"({"x": "a", "x_bytes": "%61"})", "\"x_bytes\" is not percent-coded"},
  };
  for (const auto& [text, problem] : wrong) {
    EXPECT_THAT([&] { static_cast<void>(PathFromJson(nlohmann::ordered_json::parse(text), "x")); },
                ::testing::ThrowsMessage<Error>(problem));
  }
}

}  // namespace
}  // namespace gradcam
