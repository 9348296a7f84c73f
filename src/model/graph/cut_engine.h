#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <vector>

#include "model/graph/final_activation.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_selection.h"
#include "model/graph/model_inputs.h"

namespace gradcam {

// Runs a network in two parts that meet at the activations of one layer.
class CutEngine {
 public:
  struct Result {
    at::Tensor activations;  // [N, C, h, w]; what the gradient is asked for
    c10::IValue output;      // of the head after ExposeScores, with its tape
  };

  virtual ~CutEngine() = default;
  CutEngine(const CutEngine&) = delete;
  CutEngine& operator=(const CutEngine&) = delete;

  // `input` [N, 3, H, W]. Runs are independent of each other; random numbers go on from one to the
  // next. Throws what LibTorch throws.
  [[nodiscard]] virtual Result Run(const at::Tensor& input) const = 0;

  // Whether the engine may change what in-place operations see, so that its scores must be compared
  // with those of a plain forward once.
  [[nodiscard]] virtual bool needs_check() const = 0;

  // What Result::output holds.
  [[nodiscard]] const std::vector<OutputTensor>& outputs() const { return outputs_; }

 protected:
  CutEngine(const torch::jit::Module& module, const RunEffects& effects)
      : module_(module), effects_(effects) {}

  // See ModuleForRun.
  [[nodiscard]] torch::jit::Module FreshModule() const { return ModuleForRun(module_, effects_); }

  std::vector<OutputTensor> outputs_;

 private:
  torch::jit::Module module_;
  RunEffects effects_;
};

// Cuts the graph where the layer stands on its top level; otherwise, inside an `if` or loop, taps
// it. Throws Error(kUsage) if neither is possible.
[[nodiscard]] std::unique_ptr<CutEngine> MakeCutEngine(const InlinedForward& forward,
                                                       const torch::jit::Module& module,
                                                       const LayerSelection& selection);

}  // namespace gradcam
