#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "compare/comparison.h"
#include "compare/picture_comparison.h"

namespace gradcam {

// What was compared, as it was asked for.
struct ComparedPaths {
  std::string baseline;
  std::string current;
};

// The document of --json: docs/schema/compare.schema.json. `different`: the pictures that are not
// the same, in the order of their names.
[[nodiscard]] nlohmann::ordered_json ToJson(const std::vector<PictureComparison>& different,
                                            const CompareSummary& summary,
                                            const ComparedPaths& paths, const Limits& limits);

}  // namespace gradcam
