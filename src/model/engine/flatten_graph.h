#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <span>
#include <string_view>

#include "model/engine/flat_graph.h"

namespace gradcam {

// Names of the operators that a flat graph may hold. Each has a test that computes it by every
// engine.
[[nodiscard]] std::span<const std::string_view> FlatOperators();

// The frozen features half (self, x, ...) -> (activations, carried...) as plain data; constants
// share its memory where they are contiguous. Throws Error(kModel) for a branch, an operator that
// is not one of FlatOperators, or an output that is neither tensor nor integer.
[[nodiscard]] FlatGraph FlattenGraph(const torch::jit::Graph& graph);

}  // namespace gradcam
