#pragma once

#include <optional>
#include <string>

#include "compare/picture_comparison.h"
#include "compare/side_reader.h"

namespace gradcam {

// Reads and compares the results of one picture; a side that has none is empty. What cannot be read
// is a finding. Nothing if neither side has a result: other programs' JSON.
[[nodiscard]] std::optional<PictureComparison> CompareResults(
    const std::string& name, const std::optional<ResultSource>& baseline,
    const std::optional<ResultSource>& current, const CompareOptions& options);

}  // namespace gradcam
