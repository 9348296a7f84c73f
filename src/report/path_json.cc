#include "report/path_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "gradcam/error.h"
#include "report/text.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

std::string BytesKey(const std::string& key) { return key + "_bytes"; }

[[noreturn]] void Fail(const std::string& problem, const std::string& hint = "") {
  throw Error(ErrorKind::kUsage, problem, hint);
}

std::string TextOf(const Json& object, const std::string& key) {
  if (!object.at(key).is_string()) Fail("\"" + key + "\" is not a text");
  return object.at(key).get<std::string>();
}

std::string DecodedTextOf(const Json& object, const std::string& key) {
  const std::string coded = TextOf(object, key);
  std::string path = PercentDecode(coded);
  if (PercentEncode(path) != coded) {
    Fail("\"" + key + "\" is not percent-coded",
         "letters, digits and -._~/ stay, every other byte is % and two hex digits: caf%E9.jpg");
  }
  return path;
}

void RequirePath(const std::string& path, const std::string& key) {
  if (path.empty()) Fail("\"" + key + "\" is empty");
  if (path.find('\0') != std::string::npos) Fail("\"" + key + "\" holds a NUL byte");
}

}  // namespace

Json PathToJson(const std::string& key, const std::string& path) {
  Json json;
  json[key] = ToUtf8(path);
  if (!IsUtf8(path)) json[BytesKey(key)] = PercentEncode(path);
  return json;
}

Json PathsToJson(const std::string& key, const std::vector<std::string>& paths) {
  Json texts = Json::array();
  for (const std::string& path : paths) texts.push_back(ToUtf8(path));
  Json json;
  json[key] = texts;
  if (std::ranges::all_of(paths, IsUtf8)) return json;
  Json bytes = Json::array();
  for (const std::string& path : paths) bytes.push_back(PercentEncode(path));
  json[BytesKey(key)] = bytes;
  return json;
}

std::string PathFromJson(const Json& object, const std::string& key) {
  const std::string bytes_key = BytesKey(key);
  if (!object.contains(key)) {
    Fail(object.contains(bytes_key) ? "\"" + bytes_key + "\" without \"" + key + "\""
                                    : "no \"" + key + "\"");
  }
  std::string path = TextOf(object, key);
  RequirePath(path, key);
  if (!object.contains(bytes_key)) return path;
  path = DecodedTextOf(object, bytes_key);
  RequirePath(path, bytes_key);
  return path;
}

}  // namespace gradcam
