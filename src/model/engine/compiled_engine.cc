#include "model/engine/compiled_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <string>
#include <utility>

#include "core/plugin.h"
#include "gradcam/error.h"
#include "model/engine/flatten_graph.h"
#include "model/engine/frozen_features.h"

namespace gradcam {
namespace {

at::Tensor CopyOf(const FloatArray& array) {
  at::Tensor copy = at::empty(array.shape, at::kFloat);
  std::copy_n(array.values, copy.numel(), copy.data_ptr<float>());
  return copy;
}

}  // namespace

const FeaturesCompiler& OpenVinoCompiler(std::span<const std::filesystem::path> folders) {
  const Plugin plugin = OpenPlugin("openvino", FeaturesCompiler::kVersion, folders);
  if (plugin.interface == nullptr) {
    throw Error(
        ErrorKind::kUsage,
        "engine 'openvino' needs the plug-in libgradcam_openvino.so, which " + plugin.problem,
        "leave --engine out, or install OpenVINO and the plug-in");
  }
  return *static_cast<const FeaturesCompiler*>(plugin.interface);
}

CompiledEngine::CompiledEngine(const FeaturesCompiler& compiler, const torch::jit::Graph& features,
                               const torch::jit::Module& module, Precision precision)
    : compiler_(&compiler),
      module_(module),
      precision_(precision),
      graph_(FlattenGraph(*FrozenFeatures(features, module))) {}

Features CompiledEngine::Run(const at::Tensor& input) {
  if (!compiled_) {
    compiled_ = compiler_->Compile(std::exchange(graph_, {}), {.height = input.size(2),
                                                               .width = input.size(3),
                                                               .precision = precision_,
                                                               .threads = at::get_num_threads()});
  }
  const at::Tensor pictures = input.contiguous();
  const auto outputs =
      compiled_->Run({.shape = pictures.sizes().vec(), .values = pictures.const_data_ptr<float>()});
  Features features{.self = module_._ivalue(),
                    .activations = CopyOf(outputs.at(0)),
                    .carried = {},
                    .engine = Engine::kOpenvino};
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    features.carried.emplace_back(CopyOf(outputs[i]));
  }
  return features;
}

}  // namespace gradcam
