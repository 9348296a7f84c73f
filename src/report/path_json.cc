#include "report/path_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/text.h"

namespace gradcam {
namespace {

using Json = nlohmann::ordered_json;

std::string BytesKey(const std::string& key) { return key + "_bytes"; }

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

}  // namespace gradcam
