#include "model/engine/libtorch_features.h"

#include <ATen/core/List.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/ir/constants.h>

#include <utility>

#include "model/engine/frozen_features.h"
#include "model/engine/fused_convolutions.h"
#include "model/graph/graph_walk.h"
#include "model/graph/model_inputs.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;

at::Tensor InFloat32(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kBFloat16 ? tensor.to(at::kFloat) : tensor;
}

// What the head takes: it computes in float32.
c10::IValue InFloat32(const c10::IValue& value) {
  if (value.isTensor()) return InFloat32(value.toTensor());
  if (!value.isTensorList()) return value;
  c10::List<at::Tensor> list;
  for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(InFloat32(tensor));
  return list;
}

Features FeaturesOf(const c10::IValue& output) {
  const auto& elements = output.toTupleRef().elements();
  Features features{.activations = InFloat32(elements.at(0).toTensor()), .carried = {}};
  for (std::size_t i = 1; i < elements.size(); ++i) {
    features.carried.push_back(InFloat32(elements[i]));
  }
  return features;
}

// Every floating-point constant of one or more dimensions in `type`, four-dimensional ones
// channels-last.
void ConvertConstants(Graph& graph, at::ScalarType type) {
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() != c10::prim::Constant || !node->hasAttribute(c10::attr::value) ||
        node->kindOf(c10::attr::value) != torch::jit::AttributeKind::t) {
      return;
    }
    at::Tensor value = node->t(c10::attr::value);
    if (value.scalar_type() != at::kFloat || value.dim() == 0) return;
    if (value.dim() == 4) value = value.contiguous(at::MemoryFormat::ChannelsLast);
    node->t_(c10::attr::value, value.to(type));
  });
}

}  // namespace

LoadedFeatures::LoadedFeatures(const std::shared_ptr<Graph>& features,
                               const torch::jit::Module& module, const RunEffects& effects)
    : module_(module), effects_(effects), runner_(features, "features") {}

Features LoadedFeatures::Run(const at::Tensor& input) {
  const at::NoGradGuard no_gradient;
  return FeaturesOf(runner_.Run(ModelInputs(ModuleForRun(module_, effects_), input)));
}

FusedFeatures::FusedFeatures(const Graph& features, const torch::jit::Module& module,
                             at::ScalarType type)
    : module_(module), type_(type) {
  const auto graph = FrozenFeatures(features, module);
  weights_ = FuseConvolutions(*graph, type);
  ConvertConstants(*graph, type);
  runner_ = std::make_unique<GraphRunner>(graph, "fused features");
}

Features FusedFeatures::Run(const at::Tensor& input) {
  const at::NoGradGuard no_gradient;
  auto inputs =
      ModelInputs(module_, input.to(type_).contiguous(at::MemoryFormat::ChannelsLast));
  inputs.insert(inputs.end(), weights_.begin(), weights_.end());
  return FeaturesOf(runner_->Run(std::move(inputs)));
}

}  // namespace gradcam
