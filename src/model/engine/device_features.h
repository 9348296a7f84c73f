#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gradcam/engine.h"
#include "model/engine/features_engine.h"
#include "model/graph/run_effects.h"

namespace gradcam {

// The features half on a device with memory of its own. Nothing is chosen by timing there: folded
// in long runs and in every precision but float32, as the file has it otherwise. What the folded
// half gives for its first batch is compared with what the file gives; in float32 one that differs
// or throws is left with a note, in other precisions that is an error.
class DeviceFeatures final : public FeaturesOfRun {
 public:
  // As ChooseFeatures, with the module on the device already. Throws Error(kUsage) for an engine or
  // a precision that cannot be had there.
  DeviceFeatures(const std::shared_ptr<torch::jit::Graph>& features,
                 const torch::jit::Module& module, const RunEffects& effects,
                 const EngineOptions& options);

  [[nodiscard]] Features Run(const at::Tensor& input) override;
  [[nodiscard]] Features RunReference(const at::Tensor& input) override {
    return reference_->Run(input);
  }
  [[nodiscard]] int NextBatch() const override;
  [[nodiscard]] std::vector<std::string> TakeNotes() override;

 private:
  [[nodiscard]] Features FirstRun(const at::Tensor& input);

  EngineOptions options_;
  std::unique_ptr<FeaturesEngine> reference_;
  std::function<std::unique_ptr<FeaturesEngine>(Precision)> make_;  // the folded half
  std::unique_ptr<FeaturesEngine> folded_;                          // once it has been found right
  bool folds_ = false;
  std::vector<std::string> notes_;
};

}  // namespace gradcam
