#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace gradcam {

// JSON that is safe inside a <script> element: no "<" can begin "</script>" or "<!--", and no
// character is outside of ASCII. What is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string ScriptJson(const nlohmann::ordered_json& json);

// With six digits behind the point: enough for a percentage, where 0.1 + 0.2 would take 17. null if
// it is not finite.
[[nodiscard]] nlohmann::ordered_json NumberOrNull(double number);

}  // namespace gradcam
