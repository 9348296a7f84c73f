#include "model/engine/device_features.h"

#include <ATen/core/Tensor.h>

#include <exception>
#include <utility>

#include "gradcam/error.h"
#include "model/engine/features_choice.h"
#include "model/engine/features_difference.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/precision_support.h"
#include "model/engine/run_length.h"
#include "model/engine/torch_error.h"

namespace gradcam {
namespace {

// Fills a large GPU; where it needs too much memory, it is halved.
constexpr int kBatch = 128;

FoldedOptions FoldedOptionsOf(const EngineOptions& options, Precision precision) {
  return {.type = TypeOf(precision),
          .channels_last = precision != Precision::kFloat32,
          .flags = {.deterministic = options.deterministic,
                    .allow_tf32 = precision == Precision::kTf32}};
}

}  // namespace

DeviceFeatures::DeviceFeatures(const std::shared_ptr<torch::jit::Graph>& features,
                               const torch::jit::Module& module, const RunEffects& effects,
                               const EngineOptions& options)
    : options_(options), reference_(std::make_unique<LoadedFeatures>(features, module, effects)) {
  if (options.engine == Engine::kOpenvino) {
    throw Error(ErrorKind::kUsage, "engine 'openvino' computes on the CPU only",
                "leave --engine out, or use --device cpu");
  }
  if (effects.writes_module || effects.draws_random_numbers) {
    RequirePlainEngine(options, "the network changes its own state or draws random numbers");
    return;
  }
  const bool is_long = IsLongRun(options) && !options.deterministic;
  folds_ = is_long || options.precision != Precision::kFloat32;
  make_ = [graph = features->copy(), module, options](Precision precision) {
    return std::make_unique<FoldedFeatures>(*graph, module, FoldedOptionsOf(options, precision));
  };
}

Features DeviceFeatures::Run(const at::Tensor& input) {
  if (!folds_) return reference_->Run(input);
  return folded_ != nullptr ? folded_->Run(input) : FirstRun(input);
}

Features DeviceFeatures::FirstRun(const at::Tensor& input) {
  Features expected = reference_->Run(input);
  try {
    auto folded = make_(Precision::kFloat32);
    Features found = folded->Run(input);
    RequireLimit(found, expected, kFloat32Limit);
    if (options_.precision != Precision::kFloat32) {
      folded = make_(options_.precision);
      found = folded->Run(input);
      if (!IsOverflow(found, expected)) RequireLimit(found, expected, kHalfLimit);
    }
    folded_ = std::move(folded);
    return found;
  } catch (const std::exception& error) {
    if (IsOutOfMemory(error)) throw;
    const std::string note = "engine 'libtorch, folded' cannot be used: " + TorchMessage(error);
    if (options_.precision != Precision::kFloat32) {
      throw Error(ErrorKind::kUsage, note, "leave --precision out: float32 always runs");
    }
    notes_.push_back(note);
    folds_ = false;
    return expected;
  }
}

int DeviceFeatures::NextBatch() const {
  // Its place in a batch decides how a picture's sums are blocked, and so their last bits.
  if (options_.deterministic) return 1;
  return options_.batch > 0 ? options_.batch : kBatch;
}

std::vector<std::string> DeviceFeatures::TakeNotes() { return std::exchange(notes_, {}); }

}  // namespace gradcam
