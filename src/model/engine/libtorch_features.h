#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <vector>

#include "model/engine/features_engine.h"
#include "model/engine/fused_convolutions.h"
#include "model/graph/convolution_flags.h"
#include "model/graph/graph_runner.h"
#include "model/graph/run_effects.h"

namespace gradcam {

// The features half as the file has it, in LibTorch's interpreter.
class LoadedFeatures final : public FeaturesEngine {
 public:
  // `features` (self, x, ...) -> (activations, carried...).
  LoadedFeatures(const std::shared_ptr<torch::jit::Graph>& features,
                 const torch::jit::Module& module, const RunEffects& effects);

  [[nodiscard]] Features Run(const at::Tensor& input) override;

  // Of the weights that lie in the model's mapped file.
  void ReturnMemory() override;

 private:
  torch::jit::Module module_;
  RunEffects effects_;
  GraphRunner runner_;
};

// The features half rearranged for speed (frozen_features.h, fused_convolutions.h): weights are
// constants, batch norm is folded, pictures lie channels-last, convolutions are oneDNN's with what
// follows them fused in. In half precision, inputs, weights and everything between are of that
// type; where the processor has no instructions for it, which oneDNN's operators insist on,
// convolutions stay LibTorch's.
class FusedFeatures final : public FeaturesEngine {
 public:
  FusedFeatures(const torch::jit::Graph& features, const torch::jit::Module& module,
                at::ScalarType type, FusedAdditions additions);

  [[nodiscard]] Features Run(const at::Tensor& input) override;

 private:
  torch::jit::Module module_;
  at::ScalarType type_;
  std::vector<at::Tensor> weights_;
  std::unique_ptr<GraphRunner> runner_;
};

// How the features half is computed on a device that is not the CPU.
struct FoldedOptions {
  at::ScalarType type = at::kFloat;  // of inputs, weights and what is between
  bool channels_last = false;        // the layout that tensor cores take without a detour
  ConvolutionFlags flags;
};

// The features half with its weights as constants and batch norm folded; each operator stays
// LibTorch's, which hands it to cuDNN on a CUDA device. Runs wherever `module` is.
class FoldedFeatures final : public FeaturesEngine {
 public:
  FoldedFeatures(const torch::jit::Graph& features, const torch::jit::Module& module,
                 const FoldedOptions& options);

  [[nodiscard]] Features Run(const at::Tensor& input) override;

 private:
  torch::jit::Module module_;
  FoldedOptions options_;
  std::unique_ptr<GraphRunner> runner_;
};

}  // namespace gradcam
