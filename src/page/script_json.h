#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace gradcam {

// JSON that is safe inside a <script> element: no "<" can begin "</script>" or "<!--", and no
// character is outside of ASCII. What is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string ScriptJson(const nlohmann::ordered_json& json);

}  // namespace gradcam
