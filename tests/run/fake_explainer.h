#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "run/picture_explainer.h"

namespace gradcam {

// A classifier of three classes without a network: its maps are 2x2 and known in closed form.
//   Grad-CAM [[-1, 0], [1, 3]], saliency [[4, 0], [0, 0]].
class FakeExplainer final : public PictureExplainer {
 public:
  FakeExplainer();

  [[nodiscard]] PreparedPicture Prepare(const Image& picture) const override;
  [[nodiscard]] std::vector<Explanation> Explain(
      std::span<const PreparedPicture> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths) override;
  [[nodiscard]] int NextBatch() const override { return next_batch; }
  [[nodiscard]] ExplainTimes times() const override { return {}; }
  [[nodiscard]] Recoveries recoveries() const override { return recovered; }
  void SelfCheck(const PreparedPicture& picture) override;
  [[nodiscard]] const ModelInfo& info() const override { return info_; }
  [[nodiscard]] std::vector<std::string> TakeNotes() override;
  [[nodiscard]] std::vector<std::string> TakeWarnings() override;

  mutable std::atomic<int> prepared = 0;  // pictures
  int explained = 0;
  int checked = 0;
  int next_batch = 1;
  std::vector<std::size_t> batches;  // the numbers of pictures that Explain was given
  double best_logit = 2;
  Recoveries recovered;
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
  // Called at the start of the n-th call of Explain or SelfCheck, n from 1; may throw.
  std::function<void(int)> on_explain = [](int) {};
  std::function<void(int)> on_check = [](int) {};
  Map saliency{2, 2, {4, 0, 0, 0}};

 private:
  [[nodiscard]] Explanation ExplainOne(const ExplainOptions& options,
                                       const std::optional<ClassTarget>& truth) const;

  ModelInfo info_;
};

}  // namespace gradcam
