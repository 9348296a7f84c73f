#include "model/engine/features_choice.h"

#include <string>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/precision_support.h"

namespace gradcam {
namespace {

// Rearranging a network costs some tenths of a second, and so does trying it out.
constexpr int kLongRun = 20;
// More pictures at a time need more memory and bring nothing on a few cores.
constexpr int kBatch = 8;

// As kFloat32Limit, for half precision: it loses what it loses (0.01 on trained networks, 0.4 on a
// badly conditioned one), and the limit is for what is plainly wrong.
constexpr double kHalfLimit = 0.9;

// The reference is engine 0, the candidate engine 1.
std::vector<EngineWay> WaysOf(const EngineOptions& options, bool has_candidate) {
  const bool chooses_batch = options.batch == 0 && !options.deterministic;
  // Its place in a batch decides how a picture's sums are blocked, and so their last bits.
  const int batch = options.deterministic ? 1 : options.batch > 0 ? options.batch : kBatch;
  std::vector<EngineWay> ways;
  if (options.precision == Precision::kFloat32) ways.push_back({.engine = 0, .batch = batch});
  if (has_candidate) {
    ways.push_back({.engine = 1, .batch = batch});
    if (chooses_batch) ways.push_back({.engine = 1, .batch = 1});
  }
  return ways;
}

}  // namespace

std::unique_ptr<ChosenFeatures> ChooseFeatures(const std::shared_ptr<torch::jit::Graph>& features,
                                               const torch::jit::Module& module,
                                               const RunEffects& effects,
                                               const EngineOptions& options) {
  if (options.engine == Engine::kOpenvino) {
    throw Error(ErrorKind::kUsage, "this build has no OpenVINO engine", "use --engine libtorch");
  }
  const bool is_float32 = options.precision == Precision::kFloat32;
  const bool has_effects = effects.writes_module || effects.draws_random_numbers;
  if (has_effects) {
    RequirePlainEngine(options, "the network changes its own state or draws random numbers");
  }
  RequireFastPrecision(options);

  auto reference = std::make_unique<LoadedFeatures>(features, module, effects);
  const bool rearrange =
      !has_effects && (!is_float32 || (options.pictures > kLongRun && !options.deterministic));
  std::vector<EngineCandidate> candidates;
  if (rearrange) {
    const at::ScalarType type = TypeOf(options.precision);
    const auto make = [graph = std::shared_ptr(features->copy()), module](at::ScalarType of_type) {
      return std::make_unique<FusedFeatures>(*graph, module, of_type);
    };
    EngineCandidate candidate{.name = "libtorch, fused",
                              .make = [make, type] { return make(type); },
                              .limit = is_float32 ? kFloat32Limit : kHalfLimit,
                              .make_float32 = {}};
    if (!is_float32) candidate.make_float32 = [make] { return make(at::kFloat); };
    candidates.push_back(std::move(candidate));
  }
  return std::make_unique<ChosenFeatures>(
      std::move(reference), std::move(candidates), EngineTrial(WaysOf(options, rearrange)),
      is_float32 ? ChosenFeatures::Failure::kPassOver : ChosenFeatures::Failure::kThrow);
}

void RequirePlainEngine(const EngineOptions& options, const std::string& reason) {
  if (options.precision == Precision::kFloat32 && options.engine != Engine::kOpenvino) return;
  throw Error(ErrorKind::kUsage, reason + ": it runs in float32 by LibTorch only",
              "leave --precision and --engine out");
}

}  // namespace gradcam
