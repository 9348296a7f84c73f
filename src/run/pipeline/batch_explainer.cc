#include "run/pipeline/batch_explainer.h"

#include <cstddef>
#include <exception>
#include <optional>
#include <utility>

#include "run/pipeline/picture_error.h"

namespace gradcam {
namespace {

// Lays the pictures of a batch side by side, as the explainer takes them, and gives them back.
class SideBySide {
 public:
  explicit SideBySide(const std::vector<PictureInFlight*>& batch) : batch_(&batch) {
    pictures_.reserve(batch.size());
    for (PictureInFlight* picture : batch) {
      pictures_.push_back(std::move(picture->loaded.prepared));
    }
  }
  ~SideBySide() {
    for (std::size_t i = 0; i < pictures_.size(); ++i) {
      (*batch_)[i]->loaded.prepared = std::move(pictures_[i]);
    }
  }
  SideBySide(const SideBySide&) = delete;
  SideBySide& operator=(const SideBySide&) = delete;

  [[nodiscard]] const std::vector<PreparedPicture>& pictures() const { return pictures_; }

 private:
  const std::vector<PictureInFlight*>* batch_;
  std::vector<PreparedPicture> pictures_;
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
  std::vector<Explanation> explanations = [&] {
    const SideBySide prepared(batch);
    auto explained =
        explainer_->Explain(prepared.pictures(), options_->settings.explain, TruthsOf(batch));
    Check(prepared.pictures());
    return explained;
  }();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    PreparedPicture& prepared = batch[i]->loaded.prepared;
    explanations[i].seen = prepared.seen;
    explanations[i].input = std::move(prepared.image);
  }
  return explanations;
}

void BatchExplainer::Check(const std::vector<PreparedPicture>& pictures) {
  const bool is_first_of_many = !is_checked_ && !is_only_;
  if (options_->self_check == SelfCheck::kOn ||
      (options_->self_check == SelfCheck::kAuto && is_first_of_many)) {
    for (const PreparedPicture& picture : pictures) explainer_->SelfCheck(picture);
  }
  is_checked_ = true;
}

}  // namespace gradcam
