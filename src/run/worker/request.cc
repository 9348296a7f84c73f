#include "run/worker/request.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "report/json_text.h"
#include "report/path_json.h"
#include "report/text.h"
#include "run/inputs/class_text.h"
#include "run/inputs/picture_list.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kExample = R"(a request reads {"id": 1, "image": "cat.jpg"})";
// Writing an id goes as deep as it is nested.
constexpr int kMaxDepth = 32;

[[noreturn]] void Fail(const std::string& problem, const std::string& hint = "") {
  throw Error(ErrorKind::kUsage, problem, hint);
}

Json ParseJson(std::string_view line) {
  const auto check_depth = [](int depth, Json::parse_event_t, Json&) {
    if (depth > kMaxDepth) Fail("nested more than " + std::to_string(kMaxDepth) + " deep");
    return true;
  };
  try {
    return Json::parse(line, check_depth);
  } catch (const Json::exception&) {
    Fail("no valid JSON", kExample);
  }
}

void CheckFields(const Json& json, std::initializer_list<std::string_view> known) {
  for (const auto& [key, value] : json.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string names;
    for (const std::string_view name : known) names.append(names.empty() ? "" : ", ").append(name);
    Fail("unknown field '" + Printable(key) + "'", "known are " + names);
  }
}

std::string OutputNameOf(const Json& picture) {
  std::string name = PathFromJson(picture, "name");
  if (name.starts_with('/') || !IsNormalPath(name)) {
    Fail("name '" + Printable(name) + "' is not a path below the output folder",
         "relative, without '.' and '..'");
  }
  return name;
}

ClassTarget TrueClassOf(const Json& value) {
  const std::optional<std::string> text = ClassTextOf(value);
  const std::optional<ClassTarget> target = text ? ParseClassText(*text) : std::nullopt;
  if (!target) Fail("\"class\" is neither an index nor a label");
  return *target;
}

RequestedPicture PictureOf(const Json& json) {
  RequestedPicture picture;
  picture.path = PathFromJson(json, "image");
  if (json.contains("name") || json.contains("name_bytes")) picture.name = OutputNameOf(json);
  if (json.contains("class")) picture.truth = TrueClassOf(json.at("class"));
  return picture;
}

RequestedPicture ListedPictureOf(const Json& json) {
  if (json.is_string())
    return {PathFromJson({{"images", json}}, "images"), std::nullopt, std::nullopt};
  if (!json.is_object()) Fail(R"("images" holds something that is neither a path nor an object)");
  CheckFields(json, {"image", "image_bytes", "name", "name_bytes", "class"});
  if (!json.contains("image")) Fail(R"(a picture of "images" has no "image")");
  return PictureOf(json);
}

std::vector<RequestedPicture> PicturesOf(const Json& json) {
  if (!json.contains("images")) {
    CheckFields(json, {"id", "image", "image_bytes", "name", "name_bytes", "class"});
    if (!json.contains("image")) Fail(R"(neither "image" nor "images")", kExample);
    return {PictureOf(json)};
  }
  CheckFields(json, {"id", "images"});
  const Json& list = json.at("images");
  if (!list.is_array() || list.empty()) Fail(R"("images" is not a list of pictures)");
  std::vector<RequestedPicture> pictures;
  pictures.reserve(list.size());
  for (const Json& picture : list) pictures.push_back(ListedPictureOf(picture));
  return pictures;
}

}  // namespace

Request ParseRequest(std::string_view line) {
  Request request;
  try {
    const Json json = ParseJson(line);
    if (!json.is_object()) Fail("not a JSON object", kExample);
    if (json.contains("id")) request.id = JsonLine(json.at("id"));
    request.pictures = PicturesOf(json);
  } catch (const Error& error) {
    request.error =
        Error(ErrorKind::kUsage, std::string("bad request: ") + error.what(), error.hint());
  }
  return request;
}

}  // namespace gradcam
