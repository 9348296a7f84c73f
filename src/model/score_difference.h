#pragma once

#include <ATen/core/Tensor.h>

namespace gradcam {

// The largest difference between what a cut network gives, scores [N, K] or activations
// [N, C, h, w], and what a plain run of the same network gives, as a fraction of the largest plain
// value. Values that are not finite agree if they are the same; infinity if the shapes differ, or
// where only one of two values is finite.
[[nodiscard]] double LargestDifference(const at::Tensor& cut, const at::Tensor& plain);

}  // namespace gradcam
