#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>

#include "gradcam/engine.h"
#include "model/engine/chosen_features.h"
#include "model/graph/run_effects.h"

namespace gradcam {

// The features half (self, x, ...) -> (activations, carried...) with the engines that `options`
// allow and that pay for a run of that length, on the CPU. `cut` tells it from others of the same
// file. Throws Error(kUsage) for a precision that the network cannot be run in.
[[nodiscard]] std::unique_ptr<ChosenFeatures> ChooseFeatures(
    const std::shared_ptr<torch::jit::Graph>& features, const torch::jit::Module& module,
    const RunEffects& effects, const std::string& cut, const EngineOptions& options);

// Seconds until OpenVINO's libraries are loaded and a network of so many operators is translated
// and compiled. An estimate: about half a second for the networks of docs/performance.md,
// whose features halves have up to 240; its passes over the graph grow faster than the graph
// (chains of 1,000, 2,000 and 8,000 additions took 5, 26 and 900 s).
[[nodiscard]] double CompilationSeconds(int operators);

// Throws Error(kUsage) unless `options` ask for plain float32 by LibTorch: what a layer inside an
// if or loop is run in. `reason` says why.
void RequirePlainEngine(const EngineOptions& options, const std::string& reason);

}  // namespace gradcam
