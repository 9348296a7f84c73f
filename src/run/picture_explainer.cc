#include "run/picture_explainer.h"

#include <utility>

namespace gradcam {

ModelExplainer::ModelExplainer(Explainer explainer) : explainer_(std::move(explainer)) {}

Explanation ModelExplainer::Explain(const Image& picture, const ExplainOptions& options) {
  return explainer_.Explain(picture, options);
}

void ModelExplainer::SelfCheck(const Image& picture) { explainer_.SelfCheck(picture); }

const ModelInfo& ModelExplainer::info() const { return explainer_.info(); }

std::vector<std::string> ModelExplainer::TakeWarnings() { return explainer_.TakeWarnings(); }

}  // namespace gradcam
