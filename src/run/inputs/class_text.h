#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "gradcam/explainer.h"

namespace gradcam {

// Digits are an index, everything else a label; "label:" in front of it makes sure of that. Nothing
// for a number that no index can be, and for an empty label.
[[nodiscard]] std::optional<ClassTarget> ParseClassText(const std::string& text);

// The text of {"class": 281} or {"class": "tabby"}; nothing for another type.
[[nodiscard]] std::optional<std::string> ClassTextOf(const nlohmann::ordered_json& value);

}  // namespace gradcam
