#pragma once

#include <ATen/core/Tensor.h>

namespace gradcam {

// The largest difference between the scores [N, K] of a cut network and those of a plain forward,
// as a fraction of the largest plain score. Scores that are not finite agree if they are the same;
// infinity if the shapes differ, or where only one of two scores is finite.
[[nodiscard]] double LargestDifference(const at::Tensor& cut, const at::Tensor& plain);

}  // namespace gradcam
