#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/graph/layer_calls.h"

namespace gradcam {

// The output shapes of the calls of `forward`, in its order, from one forward pass on `input`
// [N, 3, H, W]; empty for a call without marker or inside an `if` or loop. Only sizes leave the
// graph, so activations are freed as they are used. Throws what LibTorch throws.
[[nodiscard]] std::vector<std::vector<std::int64_t>> ProbeShapes(const InlinedForward& forward,
                                                                 const torch::jit::Module& module,
                                                                 const at::Tensor& input);

// What an output shape is, told by comparing side ratios with those of the input [N, 3, H, W].
enum class FeatureShape {
  kChannelsFirst,  // [N, C, h, w] with the input's side ratio
  kChannelsLast,   // [N, h, w, C]
  kOddRatio,       // four dimensions, but no two of them have the input's side ratio
  kOther,          // not four dimensions, or another batch
};
[[nodiscard]] FeatureShape ClassifyShape(const std::vector<std::int64_t>& shape,
                                         const std::vector<std::int64_t>& input_shape);

}  // namespace gradcam
