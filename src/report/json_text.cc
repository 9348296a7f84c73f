#include "report/json_text.h"

#include <nlohmann/json.hpp>

#include "gradcam/error.h"

namespace gradcam {

std::string JsonText(const nlohmann::ordered_json& document) {
  constexpr int kIndent = 1;  // a thousand reports with their raw maps stay below 5 MB
  return document.dump(kIndent, ' ', /*ensure_ascii=*/false,
                       nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

std::string JsonText(const PictureReport& picture, const RunContext& run) {
  return JsonText(ToJson(picture, run));
}

std::string JsonText(const RunReport& report, const RunContext& run) {
  return JsonText(ToJson(report, run));
}

std::string JsonLine(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', /*ensure_ascii=*/false,
                       nlohmann::ordered_json::error_handler_t::replace);
}

std::string JsonLine(const PictureReport& picture, const RunContext& run) {
  return JsonLine(ToJson(picture, run));
}

std::string OnOneLine(const std::string& text) {
  try {
    return JsonLine(nlohmann::ordered_json::parse(text));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::kInput, std::string("report is no JSON: ") + error.what());
  }
}

}  // namespace gradcam
