#include "run/picture_explainer.h"

#include <utility>

namespace gradcam {

ModelExplainer::ModelExplainer(Explainer explainer) : explainer_(std::move(explainer)) {}

PreparedPicture ModelExplainer::Prepare(const Image& picture) const {
  return explainer_.Prepare(picture);
}

std::vector<Explanation> ModelExplainer::Explain(
    std::span<const PreparedPicture> pictures, const ExplainOptions& options,
    std::span<const std::optional<ClassTarget>> truths) {
  return explainer_.Explain(pictures, options, truths);
}

int ModelExplainer::NextBatch() const { return explainer_.NextBatch(); }

void ModelExplainer::SelfCheck(const PreparedPicture& picture) { explainer_.SelfCheck(picture); }

const ModelInfo& ModelExplainer::info() const { return explainer_.info(); }

ExplainTimes ModelExplainer::times() const { return explainer_.times(); }

Recoveries ModelExplainer::recoveries() const { return explainer_.recoveries(); }

std::vector<std::string> ModelExplainer::TakeNotes() { return explainer_.TakeNotes(); }

std::vector<std::string> ModelExplainer::TakeWarnings() { return explainer_.TakeWarnings(); }

Device ModelExplainer::device() const { return explainer_.device(); }

std::string ModelExplainer::device_name() const { return explainer_.device_name(); }

}  // namespace gradcam
