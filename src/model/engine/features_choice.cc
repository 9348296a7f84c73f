#include "model/engine/features_choice.h"

#include <ATen/Parallel.h>

#include <string>
#include <utility>
#include <vector>

#include "core/plugin.h"
#include "gradcam/error.h"
#include "model/engine/compiled_engine.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/parted_features.h"
#include "model/engine/precision_support.h"
#include "model/engine/run_length.h"

namespace gradcam {
namespace {

// Of the engines that LibTorch's own graph is compared with. More pictures at a time need more
// memory and bring nothing on a few cores.
constexpr int kBatch = 8;

// Share of LibTorch's time that OpenVINO is expected to save: the least that was measured on the
// networks of docs/performance.md.
constexpr double kOpenVinoSaving = 0.25;
// In half precision, of what LibTorch's fused engine takes; not the least, but the middle one: 0.1
// (VGG16), 0.5 (EfficientNet-B0) and 0.8 (Xception) were measured.
constexpr double kOpenVinoHalfSaving = 0.5;
// The same for LibTorch's fused engine and the best so far. It has not been seen to beat OpenVINO,
// so that only a long run gives it its turn after that one.
constexpr double kFusedSaving = 0.1;

// Seconds until OpenVINO's libraries are loaded and a network is translated and compiled: what was
// measured for the networks of docs/performance.md, rounded up. In half precision it is compiled in
// float32 as well, to be compared.
constexpr double kCompilation = 0.5;
// The same for one that was compiled earlier.
constexpr double kImport = 0.3;

// The features half and what it is run for.
struct Half {
  std::shared_ptr<torch::jit::Graph> graph;
  torch::jit::Module module;
  EngineOptions options;
  std::string cut;

  [[nodiscard]] bool is_float32() const { return options.precision == Precision::kFloat32; }
};

EngineCandidate FusedCandidate(const Half& half) {
  const auto make = [half](at::ScalarType type) {
    return std::make_unique<FusedFeatures>(*half.graph, half.module, type);
  };
  const at::ScalarType type = TypeOf(half.options.precision);
  EngineCandidate candidate{.name = "libtorch, fused, channels-last",
                            .engine = Engine::kLibtorch,
                            .make = [make, type] { return make(type); },
                            .saving = kFusedSaving,
                            .preparation = 0,
                            .preparation_if_kept = 0,
                            .is_kept = {},
                            .limit = half.is_float32() ? kFloat32Limit : kHalfLimit,
                            .make_float32 = {}};
  if (!half.is_float32()) candidate.make_float32 = [make] { return make(at::kFloat); };
  return candidate;
}

// A --deterministic run does not depend on what earlier ones have left.
KeepingPlace PlaceOf(const Half& half) {
  return {half.options.deterministic ? nullptr : half.options.compiled, half.cut};
}

bool HandsOverActivationsOnly(const Half& half) {
  return half.graph->outputs().at(0)->node()->inputs().size() == 1;
}

// With a picture for every thread it is as fast as with more. LibTorch's fused engine is not: it
// brings its weights into order for every batch.
std::unique_ptr<FeaturesEngine> OpenVinoEngine(const Half& half, Precision precision) {
  auto engine = std::make_unique<CompiledEngine>(OpenVinoCompiler(PluginFolders()), half.graph,
                                                 half.module, precision, PlaceOf(half));
  if (!HandsOverActivationsOnly(half)) return engine;
  return std::make_unique<PartedFeatures>(std::move(engine), at::get_num_threads());
}

EngineCandidate OpenVinoCandidate(const Half& half) {
  const auto make = [half](Precision precision) { return OpenVinoEngine(half, precision); };
  const auto is_kept = [half](const at::Tensor& input) {
    try {
      return IsKept(OpenVinoCompiler(PluginFolders()), input, half.options.precision,
                    PlaceOf(half));
    } catch (const Error&) {
      return false;  // its turn would tell why
    }
  };
  const Precision precision = half.options.precision;
  EngineCandidate candidate{.name = "openvino",
                            .engine = Engine::kOpenvino,
                            .make = [make, precision] { return make(precision); },
                            .saving = half.is_float32() ? kOpenVinoSaving : kOpenVinoHalfSaving,
                            .preparation = (half.is_float32() ? 1 : 2) * kCompilation,
                            .preparation_if_kept = kImport,
                            .is_kept = is_kept,
                            .limit = half.is_float32() ? kFloat32Limit : kHalfLimit,
                            .make_float32 = {}};
  if (!half.is_float32()) candidate.make_float32 = [make] { return make(Precision::kFloat32); };
  return candidate;
}

// Where LibTorch computes alone, or is to be compared with.
std::vector<EngineCandidate> Candidates(const Half& half) {
  const EngineOptions& options = half.options;
  if (options.engine == Engine::kOpenvino) return {OpenVinoCandidate(half)};
  const bool tries = options.pictures > 1 && !options.deterministic;
  std::vector<EngineCandidate> candidates;
  // The most promising first, but in half precision the one that must run anyway.
  if (!half.is_float32()) candidates.push_back(FusedCandidate(half));
  if (tries && options.engine == Engine::kAuto) candidates.push_back(OpenVinoCandidate(half));
  if (tries && IsLongRun(options) && half.is_float32()) candidates.push_back(FusedCandidate(half));
  return candidates;
}

// Pictures at a time, of the ways that are not about single ones.
int BatchOf(const EngineOptions& options, bool chooses_engine) {
  // Its place in a batch decides how a picture's sums are blocked, and so their last bits.
  if (options.deterministic) return 1;
  if (options.batch > 0) return options.batch;
  // A short run must know soon what pays; in half precision only batches bring the speed.
  const bool is_float32 = options.precision == Precision::kFloat32;
  return chooses_engine && is_float32 && !IsLongRun(options) ? 1 : kBatch;
}

// The reference is engine 0, candidate i engine i + 1.
std::vector<EngineWay> WaysOf(const EngineOptions& options,
                              const std::vector<EngineCandidate>& candidates) {
  const bool chooses_batch = options.batch == 0 && !options.deterministic;
  const bool chooses_engine = !candidates.empty() && options.engine == Engine::kAuto;
  const int batch = BatchOf(options, chooses_engine);
  const bool is_float32 = options.precision == Precision::kFloat32;
  std::vector<EngineWay> ways;
  if (is_float32 && options.engine != Engine::kOpenvino) {
    // Eight pictures at a time take it 1.1 to 1.4 times as long as one by one.
    ways.push_back({.engine = 0, .batch = chooses_batch ? 1 : batch});
  }
  for (std::size_t i = 1; i <= candidates.size(); ++i) {
    ways.push_back({.engine = i, .batch = batch});
    const bool tries_single =
        chooses_batch && batch > 1 && is_float32 && candidates[i - 1].engine == Engine::kLibtorch;
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
                                               const RunEffects& effects, const std::string& cut,
                                               const EngineOptions& options) {
  const bool has_effects = effects.writes_module || effects.draws_random_numbers;
  if (has_effects) {
    RequirePlainEngine(options, "the network changes its own state or draws random numbers");
  }
  // Not at the first picture.
  if (options.engine == Engine::kOpenvino) static_cast<void>(OpenVinoCompiler(PluginFolders()));

  auto reference = std::make_unique<LoadedFeatures>(features, module, effects);
  std::vector<EngineCandidate> candidates;
  if (!has_effects) candidates = Candidates({features->copy(), module, options, cut});
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
