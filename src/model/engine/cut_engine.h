#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>

#include <memory>
#include <string>
#include <vector>

#include "gradcam/engine.h"
#include "model/device/compute_device.h"
#include "model/engine/half_times.h"
#include "model/graph/final_activation.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_selection.h"

namespace gradcam {

// Runs a network in two parts that meet at the activations of one layer.
class CutEngine {
 public:
  struct Result {
    at::Tensor activations;  // [N, C, h, w]; what the gradient is asked for
    c10::IValue output;      // of the head after ExposeScores, with its tape
    HalfTimes times;
    Engine engine = Engine::kLibtorch;          // who ran the features half
    Precision precision = Precision::kFloat32;  // and in what numbers
  };

  virtual ~CutEngine() = default;
  CutEngine(const CutEngine&) = delete;
  CutEngine& operator=(const CutEngine&) = delete;

  // `input` [N, 3, H, W]. Runs are independent of each other; random numbers go on from one to the
  // next. Throws what LibTorch throws.
  [[nodiscard]] virtual Result Run(const at::Tensor& input) = 0;

  // The same with the features half as the file has it, whatever the options.
  [[nodiscard]] virtual Result RunReference(const at::Tensor& input) = 0;

  // How many pictures the next Run had best be given.
  [[nodiscard]] virtual int NextBatch() const { return 1; }

  // What was found about the engines of the features half; taking it empties the list.
  [[nodiscard]] virtual std::vector<std::string> TakeNotes() { return {}; }

  // Whether the engine may change what in-place operations see, so that its scores must be compared
  // with those of a plain forward once.
  [[nodiscard]] virtual bool needs_check() const = 0;

  // What Result::output holds.
  [[nodiscard]] const std::vector<OutputTensor>& outputs() const { return outputs_; }

 protected:
  CutEngine() = default;

  std::vector<OutputTensor> outputs_;
};

// Cuts the graph where the layer stands on its top level; otherwise, inside an `if` or loop, taps
// it. Throws Error(kUsage) if neither is possible, or if `options` cannot be had. The module is on
// `device`, which outlives the engine.
[[nodiscard]] std::unique_ptr<CutEngine> MakeCutEngine(const InlinedForward& forward,
                                                       const torch::jit::Module& module,
                                                       const LayerSelection& selection,
                                                       const EngineOptions& options,
                                                       ComputeDevice& device);

}  // namespace gradcam
