#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "model/engine/features_compiler.h"
#include "model/engine/features_engine.h"

namespace gradcam {

// The plug-in libgradcam_openvino.so from the first of `folders` that has it. Throws Error(kUsage)
// if there is none or it cannot be loaded.
[[nodiscard]] const FeaturesCompiler& OpenVinoCompiler(
    std::span<const std::filesystem::path> folders);

// The features half as a compiler makes it, at the first batch, for pictures of that size.
class CompiledEngine final : public FeaturesEngine {
 public:
  // Freezes and flattens `features`. Throws Error(kModel) for a graph that is not flat
  // (flatten_graph.h). `compiler` outlives this object.
  CompiledEngine(const FeaturesCompiler& compiler, const torch::jit::Graph& features,
                 const torch::jit::Module& module, Precision precision);

  [[nodiscard]] Features Run(const at::Tensor& input) override;

 private:
  const FeaturesCompiler* compiler_;
  torch::jit::Module module_;
  Precision precision_;
  FlatGraph graph_;                      // until it is compiled
  std::vector<FlatType::Kind> outputs_;  // of the graph
  std::unique_ptr<CompiledFeatures> compiled_;
};

}  // namespace gradcam
