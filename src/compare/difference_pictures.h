#pragma once

#include <filesystem>

#include "compare/picture_comparison.h"

namespace gradcam {

// Writes, for every compared map of `picture` (with its values), both maps and their difference as
// PNG: `a/cat.gradcam-baseline.png`, `-current.png` and `-diff.png` below `folder`, with several
// classes `a/cat.285.gradcam-baseline.png`. They have the shape of the picture, the longer side 512
// pixels. Maps are in jet; the difference |a - b| is in inferno, black for 0 and light yellow
// for 1. Throws Error(kOutput).
void WriteDifferencePictures(const PictureComparison& picture, const std::filesystem::path& folder);

}  // namespace gradcam
