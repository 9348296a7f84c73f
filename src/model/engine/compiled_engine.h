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

// A features half (self, x, ...) -> (activations, carried...) and how it is to be compiled.
struct HalfToCompile {
  const FeaturesCompiler* compiler = nullptr;  // outlives what is compiled
  std::shared_ptr<const torch::jit::Graph> features;
  torch::jit::Module module;
  Precision precision = Precision::kFloat32;
  KeepingPlace place;
};

// The features half as a compiler makes it, at the first batch, for pictures of that size.
class CompiledEngine final : public FeaturesEngine {
 public:
  explicit CompiledEngine(HalfToCompile half);

  // As it was compiled earlier, and kept, for pictures like `input`; null if it was not, or cannot
  // be read.
  [[nodiscard]] static std::unique_ptr<CompiledEngine> TakeKept(const HalfToCompile& half,
                                                                const at::Tensor& input);

  // The first time throws Error(kModel) for a graph that is not flat (flatten_graph.h).
  [[nodiscard]] Features Run(const at::Tensor& input) override;
  [[nodiscard]] std::string Keep() override;

 private:
  void Compile(const CompileOptions& options);

  HalfToCompile half_;
  bool was_taken_ = false;
  // From the first Run on, or from the beginning if it was kept:
  CompileOptions options_;
  std::vector<FlatType::Kind> outputs_;  // of the features half
  std::unique_ptr<CompiledFeatures> compiled_;
};

// Whether the half may have been kept as CompiledEngine computes it for `input`, without looking
// closely. Throws what the compiler throws.
[[nodiscard]] bool IsKept(const HalfToCompile& half, const at::Tensor& input);

// What was kept for pictures like `input` is not found again.
void ForgetKept(const HalfToCompile& half, const at::Tensor& input);

}  // namespace gradcam
