#include "model/engine/features_choice.h"

#include <string>
#include <utility>
#include <vector>

#include "core/plugin.h"
#include "gradcam/error.h"
#include "model/engine/compiled_engine.h"
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

// Seconds until OpenVINO's libraries are loaded and a network is translated and compiled: what was
// measured for the networks of docs/performance.md, rounded up.
constexpr double kCompilation = 0.5;

// The features half and what it is run for.
struct Half {
  std::shared_ptr<torch::jit::Graph> graph;
  torch::jit::Module module;
  EngineOptions options;

  [[nodiscard]] bool is_float32() const { return options.precision == Precision::kFloat32; }
};

EngineCandidate FusedCandidate(const Half& half) {
  const auto make = [half](at::ScalarType type) {
    return std::make_unique<FusedFeatures>(*half.graph, half.module, type);
  };
  const at::ScalarType type = TypeOf(half.options.precision);
  EngineCandidate candidate{.name = "libtorch, fused",
                            .engine = Engine::kLibtorch,
                            .make = [make, type] { return make(type); },
                            .preparation = 0,
                            .limit = half.is_float32() ? kFloat32Limit : kHalfLimit,
                            .make_float32 = {}};
  if (!half.is_float32()) candidate.make_float32 = [make] { return make(at::kFloat); };
  return candidate;
}

EngineCandidate OpenVinoCandidate(const Half& half) {
  const auto make = [half](Precision precision) {
    const FeaturesCompiler& compiler = OpenVinoCompiler(PluginFolders());
    return std::make_unique<CompiledEngine>(compiler, *half.graph, half.module, precision);
  };
  const Precision precision = half.options.precision;
  EngineCandidate candidate{.name = "openvino",
                            .engine = Engine::kOpenvino,
                            .make = [make, precision] { return make(precision); },
                            .preparation = kCompilation,
                            .limit = half.is_float32() ? kFloat32Limit : kHalfLimit,
                            .make_float32 = {}};
  if (!half.is_float32()) candidate.make_float32 = [make] { return make(Precision::kFloat32); };
  return candidate;
}

// Where LibTorch computes alone, or is to be compared with.
std::vector<EngineCandidate> Candidates(const Half& half) {
  const EngineOptions& options = half.options;
  if (options.engine == Engine::kOpenvino) return {OpenVinoCandidate(half)};
  const bool tries = options.pictures > kLongRun && !options.deterministic;
  const bool may_compile = tries && options.engine == Engine::kAuto;
  std::vector<EngineCandidate> candidates;
  // The most promising first, but in half precision the one that must run anyway.
  if (!half.is_float32()) candidates.push_back(FusedCandidate(half));
  if (may_compile) candidates.push_back(OpenVinoCandidate(half));
  if (tries && half.is_float32()) candidates.push_back(FusedCandidate(half));
  return candidates;
}

// The reference is engine 0, candidate i engine i + 1.
std::vector<EngineWay> WaysOf(const EngineOptions& options,
                              const std::vector<EngineCandidate>& candidates) {
  const bool chooses_batch = options.batch == 0 && !options.deterministic;
  // Its place in a batch decides how a picture's sums are blocked, and so their last bits.
  const int batch = options.deterministic ? 1 : options.batch > 0 ? options.batch : kBatch;
  std::vector<EngineWay> ways;
  if (options.precision == Precision::kFloat32 && options.engine != Engine::kOpenvino) {
    ways.push_back({.engine = 0, .batch = chooses_batch && !candidates.empty() ? 1 : batch});
  }
  for (std::size_t i = 1; i <= candidates.size(); ++i) {
    ways.push_back({.engine = i, .batch = batch});
    const bool tries_single = chooses_batch && candidates[i - 1].engine == Engine::kLibtorch;
    if (tries_single) ways.push_back({.engine = i, .batch = 1});
  }
  return ways;
}

std::string HintFor(const EngineOptions& options) {
  return options.engine == Engine::kOpenvino ? "leave --engine out: LibTorch runs it"
                                             : "leave --precision out: float32 always runs";
}

}  // namespace

std::unique_ptr<ChosenFeatures> ChooseFeatures(const std::shared_ptr<torch::jit::Graph>& features,
                                               const torch::jit::Module& module,
                                               const RunEffects& effects,
                                               const EngineOptions& options) {
  const bool has_effects = effects.writes_module || effects.draws_random_numbers;
  if (has_effects) {
    RequirePlainEngine(options, "the network changes its own state or draws random numbers");
  }
  RequireFastPrecision(options);
  // Not at the first picture.
  if (options.engine == Engine::kOpenvino) static_cast<void>(OpenVinoCompiler(PluginFolders()));

  auto reference = std::make_unique<LoadedFeatures>(features, module, effects);
  std::vector<EngineCandidate> candidates;
  if (!has_effects) candidates = Candidates({features->copy(), module, options});
  EngineTrial trial(WaysOf(options, candidates));
  return std::make_unique<ChosenFeatures>(std::move(reference), std::move(candidates),
                                          std::move(trial), options.pictures, HintFor(options));
}

void RequirePlainEngine(const EngineOptions& options, const std::string& reason) {
  if (options.precision == Precision::kFloat32 && options.engine != Engine::kOpenvino) return;
  throw Error(ErrorKind::kUsage, reason + ": it runs in float32 by LibTorch only",
              "leave --precision and --engine out");
}

}  // namespace gradcam
