#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/ir/ir.h>

#include <vector>

namespace gradcam {

// Which additions behind a convolution are computed together with it. oneDNN's operator adds
// tensors of one shape only, and a graph does not tell shapes.
enum class FusedAdditions { kAll, kNone };

// Replaces the convolutions of a frozen graph by oneDNN's, each with the addition and the
// activation that follow it alone: one pass over memory instead of three. Their weights, in `type`
// (float32, bfloat16 or float16) and in the layout that oneDNN computes with, become further inputs
// of the graph, behind those it has, and are returned in that order. Convolutions whose arguments
// are no constants stay. What comes out throws when it is run on an addition of two shapes.
[[nodiscard]] std::vector<at::Tensor> FuseConvolutions(torch::jit::Graph& graph,
                                                       at::ScalarType type,
                                                       FusedAdditions additions);

}  // namespace gradcam
