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

at::ScalarType TypeOf(NumberType type) {
  switch (type) {
    case NumberType::kFloat32:
      return at::kFloat;
    case NumberType::kInt32:
      return at::kInt;
    case NumberType::kInt64:
      return at::kLong;
    default:
      throw Error(ErrorKind::kModel, "what crosses the cut is neither float32 nor integer");
  }
}

// LibTorch's integers have 64 bits; for a compiler that computes sizes, 32 are enough.
at::Tensor CopyOf(const NumberArray& array) {
  // from_blob does not write, though it asks for memory that it might.
  auto* values = const_cast<void*>(array.values);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  const at::Tensor view = at::from_blob(values, array.shape, TypeOf(array.type));
  return array.type == NumberType::kInt32 ? view.to(at::kLong) : view.clone();
}

c10::IValue ValueOf(const NumberArray& array, FlatType::Kind kind) {
  const at::Tensor copy = CopyOf(array);
  if (kind == FlatType::Kind::kInt) return copy.item<std::int64_t>();
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
    outputs_.clear();
    for (const std::size_t output : graph_.outputs) {
      outputs_.push_back(graph_.values.at(output).kind);
    }
    compiled_ = compiler_->Compile(std::exchange(graph_, {}), {.height = input.size(2),
                                                               .width = input.size(3),
                                                               .precision = precision_,
                                                               .threads = at::get_num_threads()});
  }
  const at::Tensor pictures = input.contiguous();
  const auto outputs = compiled_->Run({.type = NumberType::kFloat32,
                                       .shape = pictures.sizes().vec(),
                                       .values = pictures.const_data_ptr<float>()});
  Features features{.self = module_._ivalue(),
                    .activations = CopyOf(outputs.at(0)),
                    .carried = {},
                    .engine = Engine::kOpenvino};
  for (std::size_t i = 1; i < outputs.size(); ++i) {
    features.carried.push_back(ValueOf(outputs[i], outputs_.at(i)));
  }
  return features;
}

}  // namespace gradcam
