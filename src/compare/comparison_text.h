#pragma once

#include <ostream>
#include <vector>

#include "compare/comparison.h"
#include "compare/picture_comparison.h"

namespace gradcam {

// For people: one line a finding, worst pictures first, then what is not the same but may be, and
// one line that sums up. `different`: the pictures that are not the same, in any order.
void WriteText(std::vector<PictureComparison> different, const CompareSummary& summary,
               std::ostream& out);

}  // namespace gradcam
