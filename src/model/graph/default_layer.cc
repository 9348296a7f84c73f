#include "model/graph/default_layer.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "model/graph/layer_probe.h"
#include "model/graph/layer_selection.h"

namespace gradcam {
namespace {

using torch::jit::Node;
using torch::jit::Value;

// Operators that pass values on without making new features.
bool PassesFeaturesOn(const Node* node) {
  const std::string_view name = node->kind().toUnqualString();
  for (const std::string_view part :
       {"pool", "dropout", "flatten", "permute", "transpose", "view", "reshape", "squeeze",
        "contiguous", "upsample", "interpolate", "slice", "select", "alias", "clone", "identity"}) {
    if (name.find(part) != std::string_view::npos) {
      return true;
    }
  }
  // A mean over rows and columns is a pooling.
  return node->kind() == c10::aten::mean;
}

bool HasWeights(const Node* node) {
  static const std::set<std::string_view> kNames = {
      "conv1d", "conv2d", "_convolution", "convolution", "linear", "addmm",
      "matmul", "mm",     "bmm",          "baddbmm",     "einsum"};
  return kNames.contains(node->kind().toUnqualString());
}

// Whether an operator with weights works on `value` or on what becomes of it.
bool WeightsFollow(const Value* value) {
  std::set<const Value*> seen = {value};
  std::vector<const Value*> open = {value};
  while (!open.empty()) {
    const Value* next = open.back();
    open.pop_back();
    for (const torch::jit::Use& use : next->uses()) {
      if (HasWeights(use.user)) {
        return true;
      }
      for (const Value* output : use.user->outputs()) {
        if (seen.insert(output).second) {
          open.push_back(output);
        }
      }
    }
  }
  return false;
}

// The operator that made the value in front of a marker.
const Node* MakerOf(const Node* marker) {
  const Node* node = marker->input()->node();
  while (MarkedCall(node) >= 0) {
    node = node->input()->node();
  }
  return node;
}

std::int64_t Cells(const std::vector<std::int64_t>& shape) { return shape[2] * shape[3]; }

}  // namespace

std::int64_t DefaultCall(const InlinedForward& forward,
                         const std::vector<std::vector<std::int64_t>>& shapes,
                         const std::vector<std::int64_t>& input_shape) {
  const bool has_modules = HasModules(forward);
  const auto has_name = [&](std::size_t call) {
    return !NameOfCall(forward, static_cast<std::int64_t>(call)).empty();
  };
  auto markers = Markers(*forward.graph);
  // Backwards to the last value; among the markers of one value forwards to the innermost.
  std::int64_t chosen = -1;
  const Node* chosen_maker = nullptr;
  for (auto it = markers.rbegin(); it != markers.rend(); ++it) {
    const Node* marker = *it;
    const auto call = static_cast<std::size_t>(MarkedCall(marker));
    if (forward.calls[call].by_position == has_modules) {
      continue;
    }
    const Node* maker = MakerOf(marker);
    if (chosen_maker != nullptr) {
      if (maker == chosen_maker && has_name(call)) {
        chosen = static_cast<std::int64_t>(call);
      }
      continue;
    }
    if (ClassifyShape(shapes[call], input_shape) == FeatureShape::kChannelsFirst &&
        Cells(shapes[call]) > 1 && has_name(call) && !PassesFeaturesOn(maker) &&
        WeightsFollow(marker->output())) {
      chosen = static_cast<std::int64_t>(call);
      chosen_maker = maker;
    }
  }
  return chosen;
}

}  // namespace gradcam
