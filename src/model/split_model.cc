#include "model/split_model.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <utility>

#include "core/big_stack.h"
#include "core/shape_text.h"
#include "gradcam/error.h"
#include "model/batch_check.h"
#include "model/engine/cuda_math.h"
#include "model/engine/cut_engine.h"
#include "model/engine/torch_error.h"
#include "model/graph/default_layer.h"
#include "model/graph/fixed_seed.h"
#include "model/graph/graph_runner.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_probe.h"
#include "model/graph/layer_selection.h"
#include "model/graph/model_inputs.h"
#include "model/score_difference.h"
#include "model/score_reader.h"

namespace gradcam {
namespace {

// Relative to the largest score: float32 sums in another order differ by about 1e-6.
constexpr double kTapLimit = 1e-4;

// Runs `work` and turns what LibTorch throws into an Error about `file` and its input.
template <typename Work>
auto Translated(const std::string& file, const at::Tensor& input, const Work& work) {
  try {
    return work();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    throw CannotRun(file, input, error);
  }
}

void RequireFeatureMap(const std::string& layer, const at::Tensor& activations,
                       const at::Tensor& input) {
  const auto shape = activations.sizes().vec();
  const std::string gave = "layer '" + layer + "' gives " + ShapeText(shape);
  const char* const hint = "choose another layer; 'gradcam layers' lists them with their shapes";
  if (!at::isFloatingType(activations.scalar_type())) {
    throw Error(ErrorKind::kUsage,
                gave + " of type " + std::string(activations.dtype().name()) + ", not real numbers",
                hint);
  }
  switch (ClassifyShape(shape, input.sizes().vec())) {
    case FeatureShape::kChannelsFirst:
    case FeatureShape::kOddRatio:
      return;
    case FeatureShape::kChannelsLast:
      throw Error(ErrorKind::kUsage,
                  gave + ", which is [N, h, w, C]: only [N, C, h, w] can be explained", hint);
    case FeatureShape::kOther:
      throw Error(ErrorKind::kUsage, gave + ", expected feature maps [N, C, h, w]", hint);
  }
}

// The last layer that gives [N, h, w, C], or -1.
std::int64_t LastChannelsLast(const std::vector<std::vector<std::int64_t>>& shapes,
                              const std::vector<std::int64_t>& input_shape) {
  for (std::size_t i = shapes.size(); i-- > 0;) {
    if (ClassifyShape(shapes[i], input_shape) == FeatureShape::kChannelsLast) {
      return static_cast<std::int64_t>(i);
    }
  }
  return -1;
}

}  // namespace

class SplitModel::Impl {
 public:
  Impl(const TorchScriptFile& file, const std::string& layer, std::optional<OutputKind> declared,
       const EngineOptions& options, ComputeDevice& device)
      : file_name_(file.path().filename().string()),
        module_(file.module()),
        layer_(layer),
        declared_(declared),
        options_(options),
        device_(&device),
        reader_({}, declared) {
    RequireOneTensorInput(module_);
    if (device.has_own_memory()) {
      SetCudaMath({.deterministic = options.deterministic, .allow_tf32 = false});
      SetDeterministicOperators(options.deterministic);
    }
    try {
      Prepare();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kModel,
                  "cannot prepare model '" + file_name_ + "': " + TorchMessage(error));
    }
  }

  HeadPass Run(const at::Tensor& input) {
    return Translated(file_name_, input, [&] {
      if (!engine_) {
        layer_ = DefaultLayer(input);
        CutAt(SelectLayer(forward_, layer_));
      }
      const auto result = RunBatch(input);
      CheckTap(result, input);
      RequireFeatureMap(layer_, result.activations, input);
      has_run_ = true;
      return PassOf(result, input);
    });
  }

  HeadPass RunInFloat32(const at::Tensor& input) {
    return Translated(file_name_, input, [&] { return PassOf(RunReference(input), input); });
  }

  double ScoreDifference(const at::Tensor& input) {
    return Translated(file_name_, input, [&] {
      if (!engine_) {
        static_cast<void>(Run(input));
      }
      return DifferenceFromForward(RunReference(input), input);
    });
  }

  int NextBatch() const {
    return has_run_ && !batch_check_.one_by_one() ? engine_->NextBatch() : 1;
  }

  std::vector<std::string> TakeNotes() {
    return engine_ ? engine_->TakeNotes() : std::vector<std::string>();
  }

  const std::string& layer() const { return layer_; }
  OutputKind output_kind() const { return reader_.kind(); }

  std::vector<std::string> TakeWarnings() {
    auto warnings = std::exchange(warnings_, {});
    for (auto& warning : batch_check_.TakeWarnings()) warnings.push_back(std::move(warning));
    for (auto& warning : reader_.TakeWarnings()) warnings.push_back(std::move(warning));
    return warnings;
  }

 private:
  HeadPass PassOf(const CutEngine::Result& result, const at::Tensor& input) {
    const at::AutoGradMode with_gradient(true);
    return {result.activations,
            reader_.Logits(result.output, input.size(0)),
            layer_,
            {.times = result.times, .engine = result.engine, .precision = result.precision}};
  }

  // Inlines and cuts.
  void Prepare() {
    RunOnBigStack([&] { forward_ = InlineForward(module_); });
    if (forward_.train_mode_operators > 0) {
      warnings_.push_back("the file was exported in training mode: " +
                          std::to_string(forward_.train_mode_operators) +
                          " dropout and batch norm operators were switched to evaluation");
    }
    if (forward_.effects.draws_random_numbers) {
      warnings_.emplace_back(
          "the network draws random numbers; every picture gets the same ones, from a fixed seed");
    }
    if (!layer_.empty()) {
      CutAt(SelectLayer(forward_, layer_));
    }
  }

  // Random numbers follow the same seed in every pass.
  std::unique_ptr<FixedSeed> Seed() const {
    return forward_.effects.draws_random_numbers
               ? std::make_unique<FixedSeed>(device_->torch_device())
               : nullptr;
  }

  CutEngine::Result RunEngine(const at::Tensor& input) {
    const auto seed = Seed();
    return engine_->Run(input);
  }

  // What a network that must get pictures one by one throws here is for the caller to repeat so.
  CutEngine::Result RunBatch(const at::Tensor& input) {
    if (input.size(0) == 1) return RunEngine(input);
    batch_check_.Compare(input, [this](const at::Tensor& pictures) { return PlainPass(pictures); });
    try {
      CutEngine::Result result = RunEngine(input);
      batch_check_.AddSuccess();
      return result;
    } catch (const std::exception& error) {
      if (!IsOutOfMemory(error)) batch_check_.AddFailure();
      throw;
    }
  }

  BatchCheck::Pass PlainPass(const at::Tensor& pictures) {
    const auto result = RunReference(pictures);
    const ScoreReader reader(engine_->outputs(), declared_);
    return {reader.Returned(result.output, pictures.size(0)).detach(), result.activations.detach()};
  }

  CutEngine::Result RunReference(const at::Tensor& input) {
    const auto seed = Seed();
    return engine_->RunReference(input);
  }

  // Between the scores of `result`, a run on `input`, and those of a plain forward.
  double DifferenceFromForward(const CutEngine::Result& result, const at::Tensor& input) {
    const at::NoGradGuard no_gradient;
    const auto cut =
        ScoreReader(engine_->outputs(), declared_).Returned(result.output, input.size(0));
    const auto plain = ScoreReader({}, declared_).Returned(Forward(input), input.size(0));
    return LargestDifference(cut.detach(), plain.detach());
  }

  // Once a layer, on what its first run gave.
  void CheckTap(const CutEngine::Result& result, const at::Tensor& input) {
    if (checked_ || !engine_->needs_check()) {
      return;
    }
    if (DifferenceFromForward(result, input) > kTapLimit) {
      throw Error(
          ErrorKind::kUsage,
          "cannot explain layer '" + layer_ +
              "': it stands in a branch or loop, and the network also reads its memory under "
              "another name",
          "choose a layer further back or in front; 'gradcam layers' lists them");
    }
    checked_ = true;
  }

  void CutAt(const LayerSelection& selection) {
    RunOnBigStack([&] {
      device_->MakeCurrent();  // of this thread
      engine_ = MakeCutEngine(forward_, module_, selection, options_, *device_);
    });
    reader_ = ScoreReader(engine_->outputs(), declared_);
  }

  std::string DefaultLayer(const at::Tensor& input) {
    const auto input_shape = input.sizes().vec();
    const auto shapes = ProbeShapes(forward_, module_, input);
    const auto call = DefaultCall(forward_, shapes, input_shape);
    const std::string name = call < 0 ? "" : NameOfCall(forward_, call);
    const std::string hint =
        "name a layer with --layer; 'gradcam layers' lists them" +
        (call < 0 ? std::string() : ", the last one that can be explained is '" + name + "'");
    if (const auto last = LastChannelsLast(shapes, input_shape); last > call) {
      const auto i = static_cast<std::size_t>(last);
      throw Error(ErrorKind::kUsage,
                  "the last feature map of model '" + file_name_ + "' is that of layer '" +
                      forward_.calls[i].path + "', " + ShapeText(shapes[i]) +
                      ", which is [N, h, w, C]: only [N, C, h, w] can be explained",
                  hint);
    }
    if (call < 0) {
      throw Error(ErrorKind::kUsage,
                  "no layer of model '" + file_name_ +
                      "' gives [N, C, h, w] feature maps of more than one cell",
                  hint + "; layers inside an if or loop must be named");
    }
    WarnOfBranchesBehind(call, shapes);
    return name;
  }

  // Layers inside an `if` or loop have no shape before they run and are never chosen.
  void WarnOfBranchesBehind(std::int64_t call,
                            const std::vector<std::vector<std::int64_t>>& shapes) {
    for (auto i = static_cast<std::size_t>(call) + 1; i < shapes.size(); ++i) {
      const auto& later = forward_.calls[i];
      if (shapes[i].empty() && later.refusal.empty() && !later.by_position) {
        warnings_.push_back("layer '" + later.path +
                            "' stands in a branch or loop and was passed over as default; name it "
                            "with --layer to explain it");
        return;
      }
    }
  }

  // The file's own forward. One that was exported in training mode would not repeat itself: there
  // the inlined graph with its operators switched to evaluation stands for it.
  c10::IValue Forward(const at::Tensor& input) {
    const auto seed = Seed();
    auto module = ModuleForRun(module_, forward_.effects);
    if (forward_.train_mode_operators > 0) {
      return GraphRunner(forward_.graph->copy(), "forward").Run(ModelInputs(module, input));
    }
    c10::IValue output;
    // The first call compiles it and what it calls, recursing along chains of operators.
    RunOnBigStack([&] {
      device_->MakeCurrent();
      const at::NoGradGuard no_gradient;
      const torch::jit::GraphOptimizerEnabledGuard without_optimizer(false);
      output = module.forward({input.clone()});  // it may write to its input
    });
    return output;
  }

  std::string file_name_;
  torch::jit::Module module_;
  std::string layer_;
  std::optional<OutputKind> declared_;
  EngineOptions options_;
  ComputeDevice* device_;
  InlinedForward forward_;
  std::unique_ptr<CutEngine> engine_;
  ScoreReader reader_;
  bool has_run_ = false;
  BatchCheck batch_check_;
  bool checked_ = false;
  std::vector<std::string> warnings_;
};

SplitModel::SplitModel(const TorchScriptFile& file, const std::string& layer,
                       std::optional<OutputKind> output_kind, const EngineOptions& options,
                       ComputeDevice& device)
    : impl_(std::make_unique<Impl>(file, layer, output_kind, options, device)) {}
SplitModel::~SplitModel() = default;
SplitModel::SplitModel(SplitModel&&) noexcept = default;
SplitModel& SplitModel::operator=(SplitModel&&) noexcept = default;

HeadPass SplitModel::Run(const at::Tensor& input) { return impl_->Run(input); }
HeadPass SplitModel::RunInFloat32(const at::Tensor& input) { return impl_->RunInFloat32(input); }
double SplitModel::ScoreDifference(const at::Tensor& input) {
  return impl_->ScoreDifference(input);
}
int SplitModel::NextBatch() const { return impl_->NextBatch(); }
std::vector<std::string> SplitModel::TakeNotes() { return impl_->TakeNotes(); }
const std::string& SplitModel::layer() const { return impl_->layer(); }
OutputKind SplitModel::output_kind() const { return impl_->output_kind(); }
std::vector<std::string> SplitModel::TakeWarnings() { return impl_->TakeWarnings(); }

}  // namespace gradcam
