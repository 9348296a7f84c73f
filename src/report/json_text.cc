#include "report/json_text.h"

#include <nlohmann/json.hpp>

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

}  // namespace gradcam
