#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gradcam/compiled_networks.h"
#include "model/engine/features_compiler.h"
#include "model/engine/features_engine.h"

namespace gradcam {

// The plug-in libgradcam_openvino.so from the first of `folders` that has it. Throws Error(kUsage)
// if there is none or it cannot be loaded.
[[nodiscard]] const FeaturesCompiler& OpenVinoCompiler(
    std::span<const std::filesystem::path> folders);

// Which features half of a model file an engine computes, and where it is kept when it is compiled.
struct KeepingPlace {
  std::shared_ptr<CompiledNetworks> networks;  // null: nowhere
  std::string cut;                             // tells the halves of one file apart; one line
};

// The features half as a compiler makes it, at the first batch, for pictures of that size; or as
// it, compiled earlier, was kept for them.
class CompiledEngine final : public FeaturesEngine {
 public:
  // `features` (self, x, ...) -> (activations, carried...). `compiler` outlives this object.
  CompiledEngine(const FeaturesCompiler& compiler,
                 std::shared_ptr<const torch::jit::Graph> features,
                 const torch::jit::Module& module, Precision precision, KeepingPlace place = {});

  // If nothing was taken, the first time throws Error(kModel) for a graph that is not flat
  // (flatten_graph.h).
  [[nodiscard]] Features Run(const at::Tensor& input) override;
  [[nodiscard]] bool TakeKept(const at::Tensor& input) override;
  void ForgetKept() override;
  [[nodiscard]] std::string Keep() override;

 private:
  [[nodiscard]] std::unique_ptr<CompiledFeatures> Import(const CompileOptions& options);
  [[nodiscard]] std::unique_ptr<CompiledFeatures> Compile(const CompileOptions& options);

  const FeaturesCompiler* compiler_;
  std::shared_ptr<const torch::jit::Graph> features_;
  torch::jit::Module module_;
  Precision precision_;
  KeepingPlace place_;
  // From TakeKept or the first Run on:
  std::string key_;                      // in place_.networks
  std::vector<FlatType::Kind> outputs_;  // of the features half
  std::unique_ptr<CompiledFeatures> compiled_;
  bool is_imported_ = false;
};

// Whether `place` may hold the features half as CompiledEngine computes it for `input`, without
// looking closely. Throws what `compiler` throws.
[[nodiscard]] bool IsKept(const FeaturesCompiler& compiler, const at::Tensor& input,
                          Precision precision, const KeepingPlace& place);

}  // namespace gradcam
