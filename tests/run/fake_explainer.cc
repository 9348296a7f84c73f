#include "run/fake_explainer.h"

#include <cstdint>
#include <utility>

namespace gradcam {

FakeExplainer::FakeExplainer() {
  info_.name = "fake";
  info_.layer = "features";
  info_.layer_shape = {1, 2, 2};
  info_.classes = 3;
  info_.preprocess.name = "imagenet";
  info_.preprocess.height = 2;
  info_.preprocess.width = 2;
}

PreparedPicture FakeExplainer::Prepare(const Image& picture) const {
  ++prepared;
  return {.image = {2, 2, std::vector<std::uint8_t>(12, 50)},
          .seen = {0, 0, picture.width, picture.height}};
}

std::vector<Explanation> FakeExplainer::Explain(
    std::span<const PreparedPicture> pictures, const ExplainOptions& options,
    std::span<const std::optional<ClassTarget>> truths) {
  on_explain(++explained);
  batches.push_back(pictures.size());
  std::vector<Explanation> explanations;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    explanations.push_back(ExplainOne(options, truths.empty() ? std::nullopt : truths[i]));
  }
  return explanations;
}

Explanation FakeExplainer::ExplainOne(const ExplainOptions& options,
                                      const std::optional<ClassTarget>& truth) const {
  const std::vector<Prediction> predictions{
      {1, "cat", "n1", 0.75, best_logit}, {0, "dog", "n0", 0.25, 1}, {2, "cow", "n2", 0, -50}};
  Explanation explanation;
  explanation.top = predictions;
  for (const Prediction& prediction : predictions) {
    if (truth && prediction.index == truth->index) explanation.truth = prediction;
  }
  for (const ClassTarget& target : options.classes) {
    const int index = target.by == ClassTarget::By::kTop     ? 1
                      : target.by == ClassTarget::By::kTruth ? truth.value().index
                                                             : target.index;
    for (const Prediction& prediction : predictions) {
      if (prediction.index != index) continue;
      explanation.classes.push_back({prediction, target.by, Map{2, 2, {-1, 0, 1, 3}}, saliency});
    }
  }
  return explanation;
}

void FakeExplainer::SelfCheck(const PreparedPicture& picture) {
  static_cast<void>(picture);
  on_check(++checked);
}

std::vector<std::string> FakeExplainer::TakeNotes() { return std::exchange(notes, {}); }

std::vector<std::string> FakeExplainer::TakeWarnings() { return std::exchange(warnings, {}); }

}  // namespace gradcam
