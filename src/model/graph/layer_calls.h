#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/graph/run_effects.h"

namespace gradcam {

// One call of a module, or of a convolution, in forward. Its index in InlinedForward::calls is the
// number that its marker carries.
struct LayerCall {
  std::string path;          // "features.28"; "conv" for a convolution by position
  std::string type;          // "Conv2d"
  std::string refusal;       // why its output cannot be a feature map; empty if it can
  bool by_position = false;  // an operator aten::conv2d, in whatever module it stands
  bool in_branch = false;    // inside an `if` or loop: may run any number of times
};

// The graph of forward with all calls inlined. Behind the output of every layer call stands a
// marker: an aten::alias, which does nothing, with the call's number as attribute. A node is marked
// and not a value because passes replace values; aten::alias has the alias annotation that keeps
// in-place operations behind the marker visible in front of it.
struct InlinedForward {
  std::shared_ptr<torch::jit::Graph> graph;
  std::vector<LayerCall> calls;  // in program order: inner calls before the call that contains them
  int train_mode_operators = 0;  // dropout and batch norm baked in train mode, switched to eval
  RunEffects effects;
};

// Whether modules are left to name layers by; a frozen file has only convolutions by position.
[[nodiscard]] bool HasModules(const InlinedForward& forward);

// Inlines and simplifies the forward of `module`, which is in eval mode: attributes that are plain
// values become constants, branches on them are resolved, operators that a trace baked in train
// mode are switched to eval. Calls without effect on the output have no marker left. An input that
// forward writes to is copied first: a run leaves its pictures as they are.
[[nodiscard]] InlinedForward InlineForward(const torch::jit::Module& module);

// The call number of a marker, or -1 for any other node.
[[nodiscard]] std::int64_t MarkedCall(const torch::jit::Node* node);

// Makes `node` the marker of call number `call`.
void SetMarkedCall(torch::jit::Node* node, std::int64_t call);

// Removes every marker whose node is not in `keep`.
void RemoveMarkersExcept(torch::jit::Graph& graph, const std::vector<torch::jit::Node*>& keep);

// The markers of `graph` in program order.
[[nodiscard]] std::vector<torch::jit::Node*> Markers(torch::jit::Graph& graph);

}  // namespace gradcam
