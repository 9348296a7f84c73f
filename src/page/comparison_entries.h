#pragma once

#include <vector>

#include "compare/picture_comparison.h"
#include "page/page_content.h"

namespace gradcam {

// States of compared pictures from harmless to grave.
[[nodiscard]] std::vector<PageState> ComparisonStates();

// One entry for each class of `picture` (with the values of its maps): difference, baseline,
// current; without the difference for classes that only one side explains. One entry with the
// reasons if there is no class at all.
[[nodiscard]] std::vector<PageEntry> ComparisonEntries(const PictureComparison& picture);

}  // namespace gradcam
