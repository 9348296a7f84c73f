#include "model/layer_list.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>

#include <algorithm>

#include "core/big_stack.h"
#include "gradcam/error.h"
#include "model/graph/default_layer.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_probe.h"
#include "model/graph/layer_selection.h"
#include "model/graph/model_inputs.h"
#include "model/torch_error.h"

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

std::vector<LayerInfo> ListOf(const torch::jit::Module& module, const at::Tensor& input) {
  RequireOneTensorInput(module);
  InlinedForward forward;
  RunOnBigStack([&] { forward = InlineForward(module); });
  const auto input_shape = input.sizes().vec();
  const auto shapes = ProbeShapes(forward, module, input);
  const auto default_call = DefaultCall(forward, shapes, input_shape);
  const bool has_modules = HasModules(forward);
  std::vector<LayerInfo> layers;
  for (std::size_t i = 0; i < forward.calls.size(); ++i) {
    const auto& call = forward.calls[i];
    if (call.by_position == has_modules) {
      continue;
    }
    LayerInfo layer;
    layer.type = call.type;
    layer.refusal = call.refusal;
    layer.name =
        call.refusal.empty() ? NameOfCall(forward, static_cast<std::int64_t>(i)) : call.path;
    if (call.refusal.empty()) {
      layer.refusal = RefusalOfShape(shapes[i], input_shape);
    }
    if (!shapes[i].empty()) {
      layer.shape.assign(shapes[i].begin() + 1, shapes[i].end());
    }
    layer.is_default = static_cast<std::int64_t>(i) == default_call;
    layers.push_back(std::move(layer));
  }
  return layers;
}

}  // namespace

std::vector<LayerInfo> ListLayers(const TorchScriptFile& file, int height, int width) {
  const at::Tensor input = at::full({1, 3, height, width}, 0.5);
  try {
    return ListOf(file.module(), input);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw CannotRun(file.path().filename().string(), input, error);
  }
}

}  // namespace gradcam
