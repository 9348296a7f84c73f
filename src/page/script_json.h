#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace gradcam {

// JSON that is safe inside a <script> element: no "<" can begin "</script>" or "<!--", and no
// character is outside of ASCII. What is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string ScriptJson(const nlohmann::ordered_json& json);

// The parts with `separator` between them.
[[nodiscard]] std::string Joined(const std::vector<std::string>& parts, const char* separator);

}  // namespace gradcam
