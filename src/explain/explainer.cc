#include "gradcam/explainer.h"

#include <ATen/Parallel.h>
#include <ATen/Tensor.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <new>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include "core/device_name.h"
#include "core/plugin.h"
#include "core/stopwatch.h"
#include "explain/fitting_batch.h"
#include "explain/pass_explanation.h"
#include "explain/preprocess.h"
#include "explain/preprocess_choice.h"
#include "gradcam/error.h"
#include "model/device/open_device.h"
#include "model/device/staged_copies.h"
#include "model/engine/torch_error.h"
#include "model/split_model.h"
#include "model/torchscript_file.h"

namespace gradcam {
namespace {

// The limit of SelfCheck, relative to the largest score: float32 sums in another order differ by
// about 1e-6, a cut in the wrong place by about 1.
constexpr double kSelfCheckLimit = 1e-4;

Card CardOf(const TorchScriptFile& file, const LoadOptions& options) {
  if (options.card) {
    return *options.card;
  }
  if (const auto& text = file.card_json()) {
    return ParseCard(*text, "card in '" + file.path().string() + "'");
  }
  return {};
}

ModelInfo InfoOf(const TorchScriptFile& file, const Card& card, const LoadOptions& options) {
  ModelInfo info;
  info.name = card.name.empty() ? file.path().stem().string() : card.name;
  info.layer = options.layer.empty() ? card.layer : options.layer;
  info.preprocess = ChoosePreprocess(card, options, file.traced_input_size(), info.name);
  info.labels = options.labels.empty() ? card.labels : options.labels;
  return info;
}

// What has been loaded, where it is going to run.
TorchScriptFile LoadOnto(ComputeDevice& device, const std::filesystem::path& path,
                         const LoadOptions& options) {
  TorchScriptFile file(path, options.trust_model ? Trust::kEverything : Trust::kAllowListOnly);
  file.MoveTo(device, options.engine.deterministic);
  return file;
}

bool IsFinite(const Map& map) {
  return std::ranges::all_of(map.values, [](float value) { return std::isfinite(value); });
}

// Whether an overflow shows in what is known of a picture.
bool HasOverflowed(const Explanation& explanation) {
  return std::ranges::any_of(explanation.top,
                             [](const Prediction& p) { return !std::isfinite(p.logit); }) ||
         std::ranges::any_of(explanation.classes, [](const ClassExplanation& c) {
           return !IsFinite(c.gradcam) || !IsFinite(c.saliency);
         });
}

// What LibTorch throws outside of model/, which is lack of memory, as an Error.
template <typename Work>
auto Translated(const Work& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw Error(IsOutOfMemory(error) ? ErrorKind::kMemory : ErrorKind::kModel,
                "cannot compute the explanation: " + TorchMessage(error));
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::kMemory, "not enough memory to compute the explanation");
  }
}

}  // namespace

// Hidden although Explainer is exported.
class __attribute__((visibility("hidden"))) Explainer::Impl {
 public:
  Impl(const std::filesystem::path& path, const LoadOptions& options)
      : device_(OpenDevice(options.engine.device, PluginFolders())),
        copies_(*device_.compute),
        file_(LoadOnto(*device_.compute, path, options)),
        card_(CardOf(file_, options)),
        info_(InfoOf(file_, card_, options)),
        model_(file_, info_.layer, options.output_kind ? options.output_kind : card_.output_kind,
               options.engine, *device_.compute) {
    info_.output_kind = model_.output_kind();
    info_.layer = model_.layer();
    if (options.engine.deterministic) fitting_ = FittingBatch(1);
  }

  PreparedPicture Prepare(const Image& picture) const {
    return PreparePicture(picture, info_.preprocess);
  }
  std::vector<Explanation> Explain(std::span<const Image> pictures, const ExplainOptions& options,
                                   std::span<const std::optional<ClassTarget>> truths);
  std::vector<Explanation> Explain(std::span<const PreparedPicture> pictures,
                                   const ExplainOptions& options,
                                   std::span<const std::optional<ClassTarget>> truths);
  void SelfCheck(const PreparedPicture& picture);

  const ModelInfo& info() const { return info_; }
  const ExplainTimes& times() const { return times_; }
  const Recoveries& recoveries() const { return recoveries_; }
  const OpenedDevice& device() const { return device_; }
  int NextBatch() const;
  std::vector<std::string> TakeNotes();
  std::vector<std::string> TakeWarnings();

 private:
  void UpdateInfo(const HeadPass& pass);
  // A part of a batch that is expected to fit into memory.
  std::vector<Explanation> ExplainPart(std::span<const PreparedPicture> pictures,
                                       const ExplainOptions& options,
                                       std::span<const std::optional<ClassTarget>> truths);
  // To the times of all batches, those of one of so many pictures.
  void Add(const ExplainTimes& spent, std::size_t batch);
  // What an overflow has spoilt, again in float32.
  void RedoInFloat32(const at::Tensor& values, const ExplainOptions& options,
                     std::span<const std::optional<ClassTarget>> truths,
                     std::vector<Explanation>& explanations);
  // Throws Error(kDevice) if what `work` throws came of a device that no longer answers.
  template <typename Work>
  auto OnDevice(const Work& work) const;

  OpenedDevice device_;
  StagedCopies copies_;  // of pictures
  TorchScriptFile file_;
  Card card_;
  ModelInfo info_;
  SplitModel model_;
  ExplainTimes times_;
  std::set<std::size_t> warm_sizes_;  // of the batches that a device has had
  FittingBatch fitting_;
  Recoveries recoveries_;
  std::vector<std::string> warnings_;
};

int Explainer::Impl::NextBatch() const {
  const int limit = static_cast<int>(fitting_.limit());
  return limit == 0 ? model_.NextBatch() : std::min(limit, model_.NextBatch());
}

std::vector<std::string> Explainer::Impl::TakeNotes() {
  std::vector<std::string> notes = model_.TakeNotes();
  if (!device_.fallback.empty()) notes.push_back(std::exchange(device_.fallback, ""));
  return notes;
}

std::vector<std::string> Explainer::Impl::TakeWarnings() {
  std::vector<std::string> warnings = std::exchange(warnings_, {});
  for (std::string& warning : model_.TakeWarnings()) warnings.push_back(std::move(warning));
  return warnings;
}

template <typename Work>
auto Explainer::Impl::OnDevice(const Work& work) const {
  try {
    device_.compute->MakeCurrent();
    return work();
  } catch (const std::exception& error) {
    if (device_.compute->Works()) throw;
    throw Error(ErrorKind::kDevice,
                "device '" + NameOf(device_.device) + "' (" + device_.compute->name() +
                    ") no longer answers: " + TorchMessage(error),
                "what is finished is kept: --resume goes on from there; the kernel's log (dmesg) "
                "tells what the driver saw");
  }
}

void Explainer::Impl::UpdateInfo(const HeadPass& pass) {
  info_.layer = model_.layer();
  info_.output_kind = model_.output_kind();
  info_.classes = static_cast<int>(pass.logits().size(1));
  const at::Tensor activations = pass.activations();
  info_.layer_shape.assign(activations.sizes().begin() + 1, activations.sizes().end());
}

std::vector<Explanation> Explainer::Impl::Explain(
    std::span<const Image> pictures, const ExplainOptions& options,
    std::span<const std::optional<ClassTarget>> truths) {
  Stopwatch watch;
  std::vector<PreparedPicture> prepared(pictures.size());
  const auto count = static_cast<std::int64_t>(pictures.size());
  at::parallel_for(0, count, /*grain_size=*/1, [&](std::int64_t begin, std::int64_t end) {
    for (auto n = static_cast<std::size_t>(begin); std::cmp_less(n, end); ++n) {
      prepared[n] = Prepare(pictures[n]);
    }
  });
  times_.prepare += watch.Lap();
  std::vector<Explanation> explanations =
      Explain(std::span<const PreparedPicture>(prepared), options, truths);
  for (std::size_t n = 0; n < prepared.size(); ++n) {
    explanations[n].seen = prepared[n].seen;
    explanations[n].input = std::move(prepared[n].image);
  }
  return explanations;
}

std::vector<Explanation> Explainer::Impl::Explain(
    std::span<const PreparedPicture> pictures, const ExplainOptions& options,
    std::span<const std::optional<ClassTarget>> truths) {
  if (!truths.empty() && truths.size() != pictures.size()) {
    throw Error(ErrorKind::kUsage, "there are " + std::to_string(pictures.size()) +
                                       " pictures, but " + std::to_string(truths.size()) +
                                       " true classes");
  }
  std::vector<Explanation> explanations;
  const auto explain = [&](std::size_t first, std::size_t count) {
    const auto part_truths = truths.empty() ? truths : truths.subspan(first, count);
    auto part = Translated(
        [&] { return ExplainPart(pictures.subspan(first, count), options, part_truths); });
    std::ranges::move(part, std::back_inserter(explanations));
  };
  OnDevice(
      [&] { fitting_.Run(pictures.size(), explain, [&] { device_.compute->ReleaseMemory(); }); });
  if (fitting_.halved() > 0 && recoveries_.halved == 0) {
    warnings_.push_back("not enough memory for " + std::to_string(pictures.size()) +
                        " pictures at once: batches are halved until they fit");
  }
  recoveries_.halved = fitting_.halved();
  return explanations;
}

std::vector<Explanation> Explainer::Impl::ExplainPart(
    std::span<const PreparedPicture> pictures, const ExplainOptions& options,
    std::span<const std::optional<ClassTarget>> truths) {
  Stopwatch watch;
  const at::Tensor input = InputOf(pictures, info_.preprocess, copies_);
  times_.prepare += watch.Lap();
  const HeadPass pass = model_.Run(input);
  ExplainTimes spent;
  spent.features = pass.facts().times.features;
  spent.head = pass.facts().times.head;
  spent.check = watch.Lap() - spent.features - spent.head;
  UpdateInfo(pass);
  std::vector<Explanation> explanations =
      ExplainPass(pass, info_.output_kind, info_.labels, options, truths);
  spent.gradient = watch.Lap();
  Add(spent, pictures.size());
  const bool may_overflow = pass.facts().precision != Precision::kFloat32;
  if (may_overflow && std::ranges::any_of(explanations, HasOverflowed)) {
    RedoInFloat32(input, options, truths, explanations);
    times_.check += watch.Lap();
  }
  return explanations;
}

void Explainer::Impl::Add(const ExplainTimes& spent, std::size_t batch) {
  times_.check += spent.check;
  if (device_.compute->has_own_memory() && warm_sizes_.insert(batch).second) {
    times_.warm_up += spent.features + spent.head + spent.gradient;
    return;
  }
  times_.features += spent.features;
  times_.head += spent.head;
  times_.gradient += spent.gradient;
}

void Explainer::Impl::RedoInFloat32(const at::Tensor& values, const ExplainOptions& options,
                                    std::span<const std::optional<ClassTarget>> truths,
                                    std::vector<Explanation>& explanations) {
  explanations =
      ExplainPass(model_.RunInFloat32(values), info_.output_kind, info_.labels, options, truths);
  if (recoveries_.redone_pictures == 0) {
    warnings_.emplace_back(
        "numbers overflow in the precision that was asked for: batches in which they do are "
        "computed again in float32");
  }
  recoveries_.redone_pictures += static_cast<int>(explanations.size());
}

void Explainer::Impl::SelfCheck(const PreparedPicture& picture) {
  Stopwatch watch;
  const double difference = OnDevice(
      [&] { return model_.ScoreDifference(InputOf({&picture, 1}, info_.preprocess, copies_)); });
  times_.check += watch.Lap();
  if (difference <= kSelfCheckLimit) {
    return;
  }
  std::ostringstream message;
  message << "self-check failed: cut at layer '" << model_.layer() << "', model '" << info_.name
          << "' gives scores that differ from a plain forward pass by " << difference
          << " of the largest score, limit " << kSelfCheckLimit;
  throw Error(ErrorKind::kModel, message.str(), "another --layer may be cut correctly");
}

Explainer::Explainer(const std::filesystem::path& model, const LoadOptions& options)
    : impl_(std::make_unique<Impl>(model, options)) {}
Explainer::~Explainer() = default;
Explainer::Explainer(Explainer&&) noexcept = default;
Explainer& Explainer::operator=(Explainer&&) noexcept = default;

Explanation Explainer::Explain(const Image& picture, const ExplainOptions& options) {
  return std::move(Explain(std::span(&picture, 1), options).front());
}

std::vector<Explanation> Explainer::Explain(std::span<const Image> pictures,
                                            const ExplainOptions& options) {
  return Explain(pictures, options, {});
}

std::vector<Explanation> Explainer::Explain(std::span<const Image> pictures,
                                            const ExplainOptions& options,
                                            std::span<const std::optional<ClassTarget>> truths) {
  if (pictures.empty()) return {};
  return Translated([&] { return impl_->Explain(pictures, options, truths); });
}

PreparedPicture Explainer::Prepare(const Image& picture) const {
  return Translated([&] { return impl_->Prepare(picture); });
}

std::vector<Explanation> Explainer::Explain(std::span<const PreparedPicture> pictures,
                                            const ExplainOptions& options,
                                            std::span<const std::optional<ClassTarget>> truths) {
  if (pictures.empty()) return {};
  return impl_->Explain(pictures, options, truths);
}

int Explainer::NextBatch() const { return impl_->NextBatch(); }

void Explainer::SelfCheck(const Image& picture) { SelfCheck(Prepare(picture)); }

void Explainer::SelfCheck(const PreparedPicture& picture) {
  Translated([&] { impl_->SelfCheck(picture); });
}

const ModelInfo& Explainer::info() const { return impl_->info(); }

ExplainTimes Explainer::times() const { return impl_->times(); }

Recoveries Explainer::recoveries() const { return impl_->recoveries(); }

Device Explainer::device() const { return impl_->device().device; }

std::string Explainer::device_name() const { return impl_->device().compute->name(); }

std::vector<std::string> Explainer::TakeNotes() { return impl_->TakeNotes(); }

std::vector<std::string> Explainer::TakeWarnings() { return impl_->TakeWarnings(); }

}  // namespace gradcam
