#include "page/script_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace gradcam {

std::string ScriptJson(const nlohmann::ordered_json& json) {
  const std::string text =
      json.dump(-1, ' ', /*ensure_ascii=*/true, nlohmann::ordered_json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

nlohmann::ordered_json NumberOrNull(double number) {
  constexpr double kDigits = 1e6;
  if (!std::isfinite(number)) return nullptr;
  return std::round(number * kDigits) / kDigits;
}

}  // namespace gradcam
