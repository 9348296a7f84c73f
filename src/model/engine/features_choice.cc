#include "model/engine/features_choice.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/plugin.h"
#include "gradcam/error.h"
#include "model/engine/compiled_engine.h"
#include "model/engine/features_difference.h"
#include "model/engine/fused_convolutions.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/parted_features.h"
#include "model/engine/precision_support.h"
#include "model/engine/run_length.h"
#include "model/graph/graph_walk.h"

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

// Share of the time of compiling a network that it takes to load one that was compiled earlier.
constexpr double kImport = 0.6;
// What the turn of LibTorch's fused engine costs in half precision, where it has not been the
// first: two copies of the weights, the comparison in float32, and its batches, which OpenVINO
// computes faster: an estimate, not measured.
constexpr double kFusedInHalf = 1;

// The features half and what it is run for.
struct Half {
  std::shared_ptr<torch::jit::Graph> graph;
  torch::jit::Module module;
  EngineOptions options;
  std::string cut;

  [[nodiscard]] bool is_float32() const { return options.precision == Precision::kFloat32; }
};

// What half precision loses depends on the picture, and which one is the first must not matter in a
// --deterministic run: there only the comparison in float32 counts.
double LimitOf(const Half& half, Precision precision) {
  if (precision == Precision::kFloat32) return kFloat32Limit;
  return half.options.deterministic ? std::numeric_limits<double>::infinity() : kHalfLimit;
}

// What `source_of` gives for the precision of the run, and in half precision with it the same in
// float32, to be compared first.
template <typename SourceOf>
EngineSource SourceOfRun(const Half& half, const SourceOf& source_of) {
  EngineSource source = source_of(half.options.precision);
  if (half.is_float32()) return source;
  EngineSource float32 = source_of(Precision::kFloat32);
  float32.name += ", float32";
  source.float32 = std::make_shared<const EngineSource>(std::move(float32));
  return source;
}

EngineSource FusedSource(const Half& half, Precision precision, FusedAdditions additions) {
  const auto make = [=] {
    return std::make_unique<FusedFeatures>(*half.graph, half.module, TypeOf(precision), additions);
  };
  return {.name = "libtorch, fused, channels-last",
          .make = make,
          .is_kept = {},
          .take_kept = {},
          .forget_kept = {},
          .limit = LimitOf(half, precision),
          .otherwise = nullptr,
          .float32 = nullptr};
}

EngineCandidate FusedCandidate(const Half& half) {
  const auto source_with = [&half](FusedAdditions additions) {
    return SourceOfRun(half, [&half, additions](Precision precision) {
      return FusedSource(half, precision, additions);
    });
  };
  EngineSource source = source_with(FusedAdditions::kAll);
  source.otherwise = std::make_shared<const EngineSource>(source_with(FusedAdditions::kNone));
  return {.source = std::move(source),
          .engine = Engine::kLibtorch,
          .saving = kFusedSaving,
          .preparation = half.is_float32() ? 0 : kFusedInHalf,
          .preparation_if_kept = 0,
          .is_first_if_kept = false};
}

// A --deterministic run does not depend on what earlier ones have left.
KeepingPlace PlaceOf(const Half& half) {
  return {half.options.deterministic ? nullptr : half.options.compiled, half.cut};
}

bool HandsOverActivationsOnly(const Half& half) {
  return half.graph->outputs().at(0)->node()->inputs().size() == 1;
}

HalfToCompile ToCompile(const Half& half, Precision precision) {
  return {.compiler = &OpenVinoCompiler(PluginFolders()),
          .features = half.graph,
          .module = half.module,
          .precision = precision,
          .place = PlaceOf(half)};
}

// With a picture for every thread it is as fast as with more. LibTorch's fused engine is not: it
// brings its weights into order for every batch.
std::unique_ptr<FeaturesEngine> InParts(const Half& half, std::unique_ptr<CompiledEngine> engine) {
  if (engine == nullptr || !HandsOverActivationsOnly(half)) return engine;
  return std::make_unique<PartedFeatures>(std::move(engine), at::get_num_threads());
}

EngineSource OpenVinoSource(const Half& half, Precision precision) {
  return {.name = "openvino",
          .make =
              [=] {
                return InParts(half, std::make_unique<CompiledEngine>(ToCompile(half, precision)));
              },
          .is_kept =
              [=](const at::Tensor& input) {
                try {
                  return IsKept(ToCompile(half, precision), input);
                } catch (const Error&) {
                  return false;  // its turn would tell why
                }
              },
          .take_kept =
              [=](const at::Tensor& input) {
                return InParts(half, CompiledEngine::TakeKept(ToCompile(half, precision), input));
              },
          .forget_kept =
              [=](const at::Tensor& input) { ForgetKept(ToCompile(half, precision), input); },
          .limit = LimitOf(half, precision),
          .otherwise = nullptr,
          .float32 = nullptr};
}

int CountOperators(torch::jit::Graph& graph) {
  int operators = 0;
  ForEachNode(graph.block(), [&](const torch::jit::Node* node) {
    const auto kind = node->kind();
    const bool is_data = kind == c10::prim::Constant || kind == c10::prim::GetAttr ||
                         kind == c10::prim::ListConstruct;
    if (!is_data) ++operators;
  });
  return operators;
}

EngineCandidate OpenVinoCandidate(const Half& half) {
  const auto source_of = [&half](Precision precision) { return OpenVinoSource(half, precision); };
  const double compilation = CompilationSeconds(CountOperators(*half.graph));
  return {.source = SourceOfRun(half, source_of),
          .engine = Engine::kOpenvino,
          .saving = half.is_float32() ? kOpenVinoSaving : kOpenVinoHalfSaving,
          // In half precision it is compiled in float32 as well, to be compared.
          .preparation = (half.is_float32() ? 1 : 2) * compilation,
          .preparation_if_kept = kImport * compilation,
          // In half precision nothing must be measured before: LibTorch's fused engine, which would
          // be, takes longer to prepare.
          .is_first_if_kept = !half.is_float32()};
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

bool ChoosesEngine(const EngineOptions& options, const std::vector<EngineCandidate>& candidates) {
  return !candidates.empty() && options.engine == Engine::kAuto;
}

// Pictures at a time while ways are tried. A short run must know soon what pays; in half precision
// only batches bring the speed.
int TrialBatch(const EngineOptions& options, bool chooses_engine) {
  const bool is_float32 = options.precision == Precision::kFloat32;
  return chooses_engine && is_float32 && !IsLongRun(options) ? 1 : kBatch;
}

// The same from then on, of the ways that are not about single ones. A short run stays with what it
// was tried in: larger batches would have to be checked first.
int BatchOf(const EngineOptions& options, int trial_batch) {
  // Its place in a batch decides how a picture's sums are blocked, and so their last bits.
  if (options.deterministic) return 1;
  return options.batch > 0 ? options.batch : trial_batch;
}

// The reference is engine 0, candidate i engine i + 1.
std::vector<EngineWay> WaysOf(const EngineOptions& options,
                              const std::vector<EngineCandidate>& candidates, int trial_batch) {
  const bool chooses_batch = options.batch == 0 && !options.deterministic;
  const int batch = BatchOf(options, trial_batch);
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

double CompilationSeconds(int operators) {
  constexpr double kLeast = 0.5;
  constexpr double kEach = 1.5e-3;
  constexpr double kEachPair = 3e-6;
  const double count = operators;
  return std::max(kLeast, kEach * count + kEachPair * count * count);
}

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
  const int trial_batch = TrialBatch(options, ChoosesEngine(options, candidates));
  EngineTrial trial(WaysOf(options, candidates, trial_batch), trial_batch);
  return std::make_unique<ChosenFeatures>(std::move(reference), std::move(candidates),
                                          std::move(trial), options.pictures, HintFor(options));
}

void RequirePlainEngine(const EngineOptions& options, const std::string& reason) {
  if (options.precision == Precision::kFloat32 && options.engine != Engine::kOpenvino) return;
  throw Error(ErrorKind::kUsage, reason + ": it runs in float32 by LibTorch only",
              "leave --precision and --engine out");
}

}  // namespace gradcam
