#pragma once

#include <vector>

#include "compare/picture_comparison.h"
#include "page/page_content.h"

namespace gradcam {

// States of compared pictures from harmless to grave.
[[nodiscard]] std::vector<PageState> ComparisonStates();

// One entry for each class of `picture` (with the values of its maps), or one with the reasons if
// no class could be compared. Tiles: difference, baseline, current.
[[nodiscard]] std::vector<PageEntry> ComparisonEntries(const PictureComparison& picture);

}  // namespace gradcam
