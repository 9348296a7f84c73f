#include "model/engine/libtorch_features.h"

#include <ATen/core/List.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <utility>

#include "core/free_memory.h"
#include "model/engine/cuda_math.h"
#include "model/engine/frozen_features.h"
#include "model/engine/precision_support.h"
#include "model/graph/graph_walk.h"
#include "model/graph/model_inputs.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;

// `output` of the graph, with `convert` applied to every tensor in it.
template <typename Convert>
Features FeaturesOf(const torch::jit::Module& module, const c10::IValue& output,
                    const Convert& convert) {
  const auto& elements = output.toTupleRef().elements();
  Features features{.self = module._ivalue(),
                    .activations = convert(elements.at(0).toTensor()),
                    .carried = {},
                    .engine = Engine::kLibtorch};
  for (std::size_t i = 1; i < elements.size(); ++i) {
    const c10::IValue& value = elements[i];
    if (value.isTensor()) {
      features.carried.emplace_back(convert(value.toTensor()));
    } else if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorVector()) list.push_back(convert(tensor));
      features.carried.emplace_back(std::move(list));
    } else {
      features.carried.push_back(value);
    }
  }
  return features;
}

// One pass over memory for type and layout.
at::Tensor InLayout(const at::Tensor& tensor, at::ScalarType type, at::MemoryFormat layout) {
  return tensor.to(type, /*non_blocking=*/false, /*copy=*/false, layout);
}

// The head computes in float32 and may take views that need the usual layout.
at::Tensor ForHead(const at::Tensor& tensor) {
  const bool is_half = at::isReducedFloatingType(tensor.scalar_type());
  return is_half ? InLayout(tensor, at::kFloat, at::MemoryFormat::Contiguous) : tensor.contiguous();
}

// Which norms keep their weights in float32 whatever the type of their input. On the CPU all may,
// and are more exact for it; CUDA takes layer norm and group norm in one type only.
enum class Float32Norms { kAll, kBatchNorm };

bool StaysFloat32(const Node* constant, Float32Norms norms) {
  return std::ranges::any_of(constant->output()->uses(), [norms](const torch::jit::Use& use) {
    const auto kind = use.user->kind();
    const bool is_other_norm = kind == c10::aten::layer_norm || kind == c10::aten::group_norm;
    return kind == c10::aten::batch_norm || (norms == Float32Norms::kAll && is_other_norm);
  });
}

// How tensors of four dimensions lie in memory.
at::MemoryFormat Layout(bool channels_last) {
  return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

// Every floating-point constant of one or more dimensions in `type`, four-dimensional ones in
// `layout`.
void ConvertConstants(Graph& graph, at::ScalarType type, at::MemoryFormat layout,
                      Float32Norms norms) {
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() != c10::prim::Constant || !node->hasAttribute(c10::attr::value) ||
        node->kindOf(c10::attr::value) != torch::jit::AttributeKind::t) {
      return;
    }
    at::Tensor value = node->t(c10::attr::value);
    if (value.scalar_type() != at::kFloat || value.dim() == 0 || StaysFloat32(node, norms)) return;
    if (value.dim() == 4) value = value.contiguous(layout);
    node->t_(c10::attr::value, value.to(type));
  });
}

}  // namespace

LoadedFeatures::LoadedFeatures(const std::shared_ptr<Graph>& features,
                               const torch::jit::Module& module, const RunEffects& effects)
    : module_(module), effects_(effects), runner_(features, "features") {}

Features LoadedFeatures::Run(const at::Tensor& input) {
  const at::NoGradGuard no_gradient;
  const auto module = ModuleForRun(module_, effects_);
  return FeaturesOf(module, runner_.Run(ModelInputs(module, input)),
                    [](const at::Tensor& tensor) { return tensor; });
}

void LoadedFeatures::ReturnMemory() {
  const auto return_pages = [](const at::Tensor& tensor) {
    if (!tensor.is_cpu() || !tensor.has_storage()) return;
    const auto& storage = tensor.storage();
    ReturnFilePages({static_cast<const char*>(storage.data()), storage.nbytes()});
  };
  for (const at::Tensor& weights : module_.parameters()) return_pages(weights);
  for (const at::Tensor& weights : module_.buffers()) return_pages(weights);
}

FusedFeatures::FusedFeatures(const Graph& features, const torch::jit::Module& module,
                             at::ScalarType type, FusedAdditions additions)
    : module_(module), type_(type) {
  const auto graph = FrozenFeatures(features, module);
  if (IsFastOnCpu(type)) weights_ = FuseConvolutions(*graph, type, additions);
  ConvertConstants(*graph, type, at::MemoryFormat::ChannelsLast, Float32Norms::kAll);
  runner_ = std::make_unique<GraphRunner>(graph, "fused features");
}

Features FusedFeatures::Run(const at::Tensor& input) {
  const at::NoGradGuard no_gradient;
  auto inputs = ModelInputs(module_, input.to(type_).contiguous(at::MemoryFormat::ChannelsLast));
  inputs.insert(inputs.end(), weights_.begin(), weights_.end());
  return FeaturesOf(module_, runner_->Run(std::move(inputs)), ForHead);
}

FoldedFeatures::FoldedFeatures(const Graph& features, const torch::jit::Module& module,
                               const FoldedOptions& options)
    : module_(module), options_(options) {
  const at::NoGradGuard no_gradient;
  const auto graph = FrozenFeatures(features, module);
  SetConvolutionFlags(*graph, options.flags);
  ConvertConstants(*graph, options.type, Layout(options.channels_last), Float32Norms::kBatchNorm);
  runner_ = std::make_unique<GraphRunner>(graph, "folded features");
}

Features FoldedFeatures::Run(const at::Tensor& input) {
  const at::NoGradGuard no_gradient;
  const CudaMathGuard math(options_.flags);
  const at::Tensor pictures = InLayout(input, options_.type, Layout(options_.channels_last));
  return FeaturesOf(module_, runner_->Run(ModelInputs(module_, pictures)), ForHead);
}

}  // namespace gradcam
