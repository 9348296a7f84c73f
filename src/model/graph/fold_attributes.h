#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <optional>
#include <set>
#include <string>

namespace gradcam {

// The attribute of `module` at a path such as "features.0.weight"; nothing if there is none.
[[nodiscard]] std::optional<c10::IValue> AttributeAt(const torch::jit::Module& module,
                                                     const std::string& path);

// The paths of the attributes that `graph` writes: their value depends on when they are read.
[[nodiscard]] std::set<std::string> WrittenAttributes(torch::jit::Graph& graph);

// Replaces attributes of `module` that are plain values (training, None biases, numbers, strings)
// by constants, so that branches on them can be resolved. Attributes that the graph writes stay.
void FoldAttributes(torch::jit::Graph& graph, const torch::jit::Module& module);

// A trace of a network in train mode holds dropout(..., train=True) and batch_norm(...,
// training=True) as constants, which eval() does not reach. Switches them off and returns how many
// there were. Batch norm without running statistics stays: weight standardisation means batch
// statistics.
[[nodiscard]] int SwitchTrainModeOff(torch::jit::Graph& graph);

}  // namespace gradcam
