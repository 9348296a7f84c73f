#pragma once

#include <cstddef>
#include <ostream>
#include <span>

#include "compare/comparison.h"
#include "compare/picture_comparison.h"

namespace gradcam {

// As many pictures as the table for people holds.
inline constexpr std::size_t kMostRows = 1000;

// For people: one line a finding, then what is not the same but may be, and one line that sums up.
// `worst`: the pictures that are not the same, or the worst of them; worst first.
void WriteText(std::span<const PictureComparison> worst, const CompareSummary& summary,
               std::ostream& out);

}  // namespace gradcam
