#include "run/worker/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace gradcam {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

template <typename Value>
Value Required(const std::optional<Value>& value) {
  if (!value) throw std::logic_error("there is none");
  return *value;
}

std::string ErrorOf(std::string_view line) {
  const Request request = ParseRequest(line);
  if (!request.error) return "no error";
  EXPECT_THAT(request.pictures, IsEmpty());
  EXPECT_EQ(Required(request.error).kind(), ErrorKind::kUsage);
  return Required(request.error).what();
}

TEST(ParseRequest, ReadsOnePicture) {
  const Request request = ParseRequest(R"({"id": 7, "image": "a/cat.jpg"})");
  ASSERT_FALSE(request.error);
  EXPECT_EQ(request.id, "7");
  ASSERT_THAT(request.pictures, SizeIs(1));
  EXPECT_EQ(request.pictures[0].path, "a/cat.jpg");
  EXPECT_FALSE(request.pictures[0].name);
  EXPECT_FALSE(request.pictures[0].truth);
}

TEST(ParseRequest, ReadsSeveralPictures) {
  const Request request = ParseRequest(
      R"({"images": ["cat.jpg", {"image": "/x/dog.jpg", "name": "b/dog.jpg", "class": 281}]})");
  ASSERT_FALSE(request.error);
  EXPECT_EQ(request.id, "null");
  ASSERT_THAT(request.pictures, SizeIs(2));
  EXPECT_EQ(request.pictures[0].path, "cat.jpg");
  EXPECT_EQ(request.pictures[1].name, "b/dog.jpg");
  EXPECT_EQ(Required(request.pictures[1].truth).by, ClassTarget::By::kIndex);
  EXPECT_EQ(Required(request.pictures[1].truth).index, 281);
}

TEST(ParseRequest, TakesPathsByTheirBytesWhereTheseAreGiven) {
  const Request request = ParseRequest(
      R"({"image": "?", "image_bytes": "a/%FF%20%25.jpg", "name": "?", "name_bytes": "b/%FE.jpg"})");
  ASSERT_FALSE(request.error);
  EXPECT_EQ(request.pictures.at(0).path, "a/\xFF %.jpg");
  EXPECT_EQ(request.pictures.at(0).name, "b/\xFE.jpg");
  const Request several =
      ParseRequest(R"({"images": [{"image": "?", "image_bytes": "%FF.jpg"}, "%FF.jpg"]})");
  EXPECT_EQ(several.pictures.at(0).path, "\xFF.jpg");
  EXPECT_EQ(several.pictures.at(1).path, "%FF.jpg");
}

TEST(ParseRequest, TakesBytesInTheFormOfReportsOnly) {
  for (const char* coded : {"a b", "%", "%F", "%ff", "%41", "%FF\xC3\xA9", "a%zz"}) {
    EXPECT_THAT(ErrorOf(R"({"image": "x", "image_bytes": ")" + std::string(coded) + "\"}"),
                HasSubstr("\"image_bytes\" is not percent-coded"))
        << coded;
  }
}

TEST(ParseRequest, ReadsATrueClassAsListsDo) {
  const auto truth = [](const std::string& text) {
    return Required(ParseRequest(R"({"image": "x", "class": )" + text + "}").pictures.at(0).truth);
  };
  EXPECT_EQ(truth("\"tabby\"").label, "tabby");
  EXPECT_EQ(truth("\"7\"").index, 7);
  EXPECT_EQ(truth("\"label:7\"").label, "7");
  for (const char* wrong : {"-1", "1.5", "null", "\"\"", "99999999999", "[1]"}) {
    EXPECT_THAT(ErrorOf(R"({"image": "x", "class": )" + std::string(wrong) + "}"),
                HasSubstr("neither an index nor a label"))
        << wrong;
  }
}

TEST(ParseRequest, KeepsAnyId) {
  for (const char* id : {"null", "true", "-3", "18446744073709551615", "1.5", "\"a \\\"b\\\"\"",
                         "[1,[2]]", R"({"z":1,"a":{"b":"é"}})"}) {
    EXPECT_EQ(ParseRequest(R"({"image": "x", "id": )" + std::string(id) + "}").id, id);
  }
}

TEST(ParseRequest, KeepsTheIdOfABadRequest) {
  const Request request = ParseRequest(R"({"id": 5, "imaeg": "cat.jpg"})");
  EXPECT_EQ(request.id, "5");
  EXPECT_STREQ(Required(request.error).what(), "bad request: unknown field 'imaeg'");
  EXPECT_EQ(Required(request.error).hint(),
            "known are id, image, image_bytes, name, name_bytes, class");
}

TEST(ParseRequest, RefusesWhatIsNoRequest) {
  const std::pair<const char*, const char*> kWrong[] = {
      {"cat.jpg", "no valid JSON"},
      {"{\"image\": \"x\"} {}", "no valid JSON"},
      {"{\"image\": \"\xff\"}", "no valid JSON"},
      {"3", "not a JSON object"},
      {"[\"cat.jpg\"]", "not a JSON object"},
      {"{}", "neither \"image\" nor \"images\""},
      {R"({"image": 3})", "\"image\" is not a text"},
      {R"({"image": ""})", "\"image\" is empty"},
      {R"({"image": "a\u0000b"})", "holds a NUL byte"},
      {R"({"image": "x", "image_bytes": "a%00b"})", "\"image_bytes\" holds a NUL byte"},
      {R"({"image": "x", "image_bytes": ""})", "\"image_bytes\" is empty"},
      {R"({"image": "x", "image_bytes": 3})", "\"image_bytes\" is not a text"},
      {R"({"image_bytes": "%FF"})", "neither \"image\" nor \"images\""},
      {R"({"image": "x", "name_bytes": "%FF"})", "\"name_bytes\" without \"name\""},
      {R"({"images": ["x"], "image_bytes": "%FF"})", "unknown field 'image_bytes'"},
      {R"({"images": []})", "not a list of pictures"},
      {R"({"images": "cat.jpg"})", "not a list of pictures"},
      {R"({"images": [3]})", "neither a path nor an object"},
      {R"({"images": [{"name": "x"}]})", "has no \"image\""},
      {R"({"images": [{"image": "x", "id": 1}]})", "unknown field 'id'"},
      {R"({"image": "x", "images": ["y"]})", "unknown field 'image'"},
      {R"({"images": ["y"], "name": "x"})", "unknown field 'name'"},
  };
  for (const auto& [line, problem] : kWrong) EXPECT_THAT(ErrorOf(line), HasSubstr(problem)) << line;
}

TEST(ParseRequest, KeepsNamesBelowTheOutputFolder) {
  for (const char* name : {"/cat.jpg", "../cat.jpg", "a/../../cat.jpg", "a/..", "..", ".",
                           "./cat.jpg", "a//cat.jpg", "a/", "a/../cat.jpg"}) {
    EXPECT_THAT(ErrorOf(R"({"image": "x", "name": ")" + std::string(name) + "\"}"),
                HasSubstr("is not a path below the output folder"))
        << name;
  }
  EXPECT_THAT(ErrorOf(R"({"image": "x", "name": "y", "name_bytes": "../%FF.jpg"})"),
              HasSubstr("is not a path below the output folder"));
  EXPECT_THAT(ErrorOf(R"({"image": "x", "name": ""})"), HasSubstr("is empty"));
  EXPECT_EQ(ParseRequest(R"({"image": "x", "name": "a..b/..c"})").pictures.at(0).name, "a..b/..c");
}

// The reader of JSON takes any depth, but what writes the id again goes down by calls.
TEST(ParseRequest, RefusesDeepNesting) {
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
  EXPECT_THAT(ErrorOf(R"({"image": "x", "id": )" + deep + "}"), HasSubstr("nested more than"));
}

}  // namespace
}  // namespace gradcam
