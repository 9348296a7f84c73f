#pragma once

#include <optional>
#include <string>

#include "gradcam/explainer.h"

namespace gradcam {

// Digits are an index, everything else a label; "label:" in front of it makes sure of that. Nothing
// for a number that no index can be, and for an empty label.
[[nodiscard]] std::optional<ClassTarget> ParseClassText(const std::string& text);

}  // namespace gradcam
