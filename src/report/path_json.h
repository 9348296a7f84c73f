#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace gradcam {

// Paths are bytes, JSON is UTF-8. What names a path has its text, with U+FFFD for what is no UTF-8;
// only then a second field, whose key ends in "_bytes", has its bytes, percent-coded.

// {"image": "caf\uFFFD.jpg", "image_bytes": "caf%E9.jpg"} for the key "image".
[[nodiscard]] nlohmann::ordered_json PathToJson(const std::string& key, const std::string& path);

// The same for lists: "writes_bytes" has all of `paths`, if one of them is no UTF-8.
[[nodiscard]] nlohmann::ordered_json PathsToJson(const std::string& key,
                                                 const std::vector<std::string>& paths);

// The path that `object` names under `key`: its bytes where they are given, else its text. Throws
// Error(kUsage) for what is no path, for bytes that are not coded as PathToJson codes them, and for
// bytes without a text.
[[nodiscard]] std::string PathFromJson(const nlohmann::ordered_json& object,
                                       const std::string& key);

}  // namespace gradcam
