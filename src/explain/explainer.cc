#include "gradcam/explainer.h"

#include <ATen/Tensor.h>

#include <optional>
#include <span>
#include <sstream>
#include <string>
#include <utility>

#include "core/stopwatch.h"
#include "explain/pass_explanation.h"
#include "explain/preprocess.h"
#include "explain/preprocess_choice.h"
#include "gradcam/error.h"
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

}  // namespace

// Hidden although Explainer is exported.
class __attribute__((visibility("hidden"))) Explainer::Impl {
 public:
  Impl(const std::filesystem::path& path, const LoadOptions& options)
      : file_(path, options.trust_model ? Trust::kEverything : Trust::kAllowListOnly),
        card_(CardOf(file_, options)),
        info_(InfoOf(file_, card_, options)),
        model_(file_, info_.layer, options.output_kind ? options.output_kind : card_.output_kind,
               options.engine) {
    info_.output_kind = model_.output_kind();
    info_.layer = model_.layer();
  }

  std::vector<Explanation> Explain(std::span<const Image> pictures, const ExplainOptions& options,
                                   std::span<const std::optional<ClassTarget>> truths);
  void SelfCheck(const Image& picture);

  const ModelInfo& info() const { return info_; }
  const ExplainTimes& times() const { return times_; }
  int NextBatch() const { return model_.NextBatch(); }
  std::vector<std::string> TakeNotes() { return model_.TakeNotes(); }
  std::vector<std::string> TakeWarnings() { return model_.TakeWarnings(); }

 private:
  void UpdateInfo(const HeadPass& pass);

  TorchScriptFile file_;
  Card card_;
  ModelInfo info_;
  SplitModel model_;
  ExplainTimes times_;
};

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
  if (!truths.empty() && truths.size() != pictures.size()) {
    throw Error(ErrorKind::kUsage, "there are " + std::to_string(pictures.size()) +
                                       " pictures, but " + std::to_string(truths.size()) +
                                       " true classes");
  }
  Stopwatch watch;
  NetworkInput input = PrepareInput(pictures, info_.preprocess);
  times_.prepare += watch.Lap();
  const HeadPass pass = model_.Run(input.values);
  times_.features += pass.times().features;
  times_.head += pass.times().head;
  times_.check += watch.Lap() - pass.times().features - pass.times().head;
  UpdateInfo(pass);
  std::vector<Explanation> explanations =
      ExplainPass(pass, info_.output_kind, info_.labels, options, truths);
  times_.gradient += watch.Lap();
  for (std::size_t n = 0; n < pictures.size(); ++n) {
    explanations[n].seen = input.seen[n];
    explanations[n].input = std::move(input.images[n]);
    explanations[n].engine = pass.engine();
  }
  return explanations;
}

void Explainer::Impl::SelfCheck(const Image& picture) {
  Stopwatch watch;
  const NetworkInput input = PrepareInput({&picture, 1}, info_.preprocess);
  const double difference = model_.ScoreDifference(input.values);
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

namespace {

// What LibTorch throws outside of model/, which is lack of memory, as an Error.
template <typename Work>
auto Translated(const Work& work) {
  try {
    return work();
  } catch (const c10::Error& error) {
    throw Error(ErrorKind::kModel, "cannot compute the explanation: " + TorchMessage(error));
  }
}

}  // namespace

Explanation Explainer::Explain(const Image& picture, const ExplainOptions& options) {
  return Translated([&] { return std::move(impl_->Explain({&picture, 1}, options, {}).front()); });
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

int Explainer::NextBatch() const { return impl_->NextBatch(); }

void Explainer::SelfCheck(const Image& picture) {
  Translated([&] { impl_->SelfCheck(picture); });
}

const ModelInfo& Explainer::info() const { return impl_->info(); }

ExplainTimes Explainer::times() const { return impl_->times(); }

std::vector<std::string> Explainer::TakeNotes() { return impl_->TakeNotes(); }

std::vector<std::string> Explainer::TakeWarnings() { return impl_->TakeWarnings(); }

}  // namespace gradcam
