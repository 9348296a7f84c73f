#include "model/layer_list.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/big_stack.h"
#include "gradcam/error.h"
#include "model/engine/torch_error.h"
#include "model/graph/default_layer.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_probe.h"
#include "model/graph/layer_selection.h"
#include "model/graph/model_inputs.h"

namespace gradcam {
namespace {

std::string RefusalOfShape(const std::vector<std::int64_t>& shape,
                           const std::vector<std::int64_t>& input_shape) {
  if (shape.empty()) {
    return "";  // inside an `if` or loop: its shape shows when it runs
  }
  switch (ClassifyShape(shape, input_shape)) {
    case FeatureShape::kChannelsFirst:
    case FeatureShape::kOddRatio:
      return "";
    case FeatureShape::kChannelsLast:
      return "its output is [N, h, w, C]";
    case FeatureShape::kOther:
      break;
  }
  return "its output is no [N, C, h, w]";
}

// The call that a run with --layer `name` explains, of a layer inside a branch the first in the
// graph; -1 if such a run would be refused.
std::int64_t CallNamed(const InlinedForward& forward, const std::string& name) {
  try {
    const auto selection = SelectLayer(forward, name);
    const auto& calls = selection.calls;
    const auto find = [&](const auto& is_it) {
      return std::find_if(calls.begin(), calls.end(), is_it);
    };
    auto found = find([&](std::int64_t call) { return NameOfCall(forward, call) == name; });
    if (found == calls.end() && AreCountedByRuns(forward, calls)) {
      found = find([&](std::int64_t call) { return AreCountedByRuns(forward, {call}); });
    }
    return found == calls.end() ? TheCall(selection) : *found;
  } catch (const Error&) {
    return -1;  // the list is what the user needs to choose another name
  }
}

// The entry of one call that gave `shape`, which is empty if it did not run.
LayerInfo EntryOf(const InlinedForward& forward, std::int64_t number,
                  const std::vector<std::int64_t>& shape,
                  const std::vector<std::int64_t>& input_shape) {
  const auto& call = forward.calls[static_cast<std::size_t>(number)];
  LayerInfo layer;
  layer.type = call.type;
  layer.refusal = call.refusal;
  layer.in_branch = call.in_branch && !call.by_position;
  if (!shape.empty()) {
    layer.shape.assign(shape.begin() + 1, shape.end());
  }
  if (call.refusal.empty()) {
    layer.refusal = RefusalOfShape(shape, input_shape);
    layer.name = NameOfCall(forward, number);
  }
  if (layer.name.empty()) {
    layer.name = call.path;
    if (layer.refusal.empty()) {
      layer.refusal =
          "it also stands in branches in front and behind: no NAME#k is always this call";
    }
  }
  return layer;
}

std::vector<LayerInfo> ListOf(const torch::jit::Module& module, const at::Tensor& input,
                              const std::string& chosen) {
  RequireOneTensorInput(module);
  InlinedForward forward;
  RunOnBigStack([&] { forward = InlineForward(module); });
  const auto input_shape = input.sizes().vec();
  const auto shapes = ProbeShapes(forward, module, input);
  const auto default_call =
      chosen.empty() ? DefaultCall(forward, shapes, input_shape) : CallNamed(forward, chosen);
  const bool has_modules = HasModules(forward);
  std::set<std::string> in_branches;
  std::vector<LayerInfo> layers;
  for (std::size_t i = 0; i < forward.calls.size(); ++i) {
    if (forward.calls[i].by_position == has_modules) {
      continue;
    }
    const auto number = static_cast<std::int64_t>(i);
    auto layer = EntryOf(forward, number, shapes[i], input_shape);
    layer.is_default = number == default_call && layer.refusal.empty();
    if (!layer.in_branch || in_branches.insert(layer.name).second) {
      layers.push_back(std::move(layer));
    }
  }
  return layers;
}

}  // namespace

std::vector<LayerInfo> ListLayers(const TorchScriptFile& file, int height, int width,
                                  const std::string& chosen) {
  const at::Tensor input = at::full({1, 3, height, width}, 0.5);
  try {
    return ListOf(file.module(), input, chosen);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw CannotRun(file.path().filename().string(), input, error);
  }
}

}  // namespace gradcam
