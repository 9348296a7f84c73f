#include "run/pipeline/batch_explainer.h"

#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "run/pipeline/picture_error.h"

namespace gradcam {
namespace {

// Lays the pixels of a batch side by side, as the explainer takes them, and gives them back.
class SideBySide {
 public:
  explicit SideBySide(const std::vector<PictureInFlight*>& batch) : batch_(&batch) {
    images_.reserve(batch.size());
    for (PictureInFlight* picture : batch) images_.push_back(std::move(ImageOf(*picture)));
  }
  ~SideBySide() {
    for (std::size_t i = 0; i < images_.size(); ++i) ImageOf(*(*batch_)[i]) = std::move(images_[i]);
  }
  SideBySide(const SideBySide&) = delete;
  SideBySide& operator=(const SideBySide&) = delete;

  [[nodiscard]] const std::vector<Image>& images() const { return images_; }

 private:
  static Image& ImageOf(PictureInFlight& picture) { return picture.loaded.picture.image; }

  const std::vector<PictureInFlight*>* batch_;
  std::vector<Image> images_;
};

std::vector<std::optional<ClassTarget>> TruthsOf(const std::vector<PictureInFlight*>& batch) {
  std::vector<std::optional<ClassTarget>> truths;
  truths.reserve(batch.size());
  for (const PictureInFlight* picture : batch) truths.push_back(picture->job.truth);
  return truths;
}

}  // namespace

std::vector<PictureInFlight*> BatchExplainer::Explain(const std::vector<PictureInFlight*>& batch,
                                                      const Take& take) {
  std::vector<Explanation> together;
  if (batch.size() > 1) {
    try {
      together = ExplainTogether(batch);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): each alone will tell
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    std::optional<std::variant<Explanation, Error>> result;
    try {
      result = together.empty() ? std::move(ExplainTogether({batch[i]}).front())
                                : std::move(together[i]);
    } catch (...) {
      result = CurrentErrorOf(batch[i]->job);
    }
    // The work of a whole batch is done: all of it is taken.
    if (!take(*batch[i], std::move(*result)) && together.empty()) {
      return {batch.begin() + static_cast<std::ptrdiff_t>(i) + 1, batch.end()};
    }
  }
  return {};
}

std::vector<Explanation> BatchExplainer::ExplainTogether(
    const std::vector<PictureInFlight*>& batch) {
  const SideBySide pixels(batch);
  std::vector<Explanation> explanations =
      explainer_->Explain(pixels.images(), options_->settings.explain, TruthsOf(batch));
  Check(pixels.images());
  return explanations;
}

void BatchExplainer::Check(const std::vector<Image>& images) {
  const bool is_first_of_many = !is_checked_ && !is_only_;
  if (options_->self_check == SelfCheck::kOn ||
      (options_->self_check == SelfCheck::kAuto && is_first_of_many)) {
    for (const Image& image : images) explainer_->SelfCheck(image);
  }
  is_checked_ = true;
}

}  // namespace gradcam
