#pragma once

#include <vector>

#include "gradcam/card.h"
#include "model/card/json_field.h"

namespace gradcam {

// Labels from a JSON array, or from an object with the keys "0", "1", ...; an entry is a name,
// ["id", "name"] or {"id": ..., "label": ...}. Throws Error(kUsage).
[[nodiscard]] std::vector<Label> LabelsFromJson(const JsonField& field);

}  // namespace gradcam
