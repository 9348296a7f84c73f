#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradcam/explainer.h"

namespace gradcam {

// What a run needs of an explainer: the seam between files and network. Members as in Explainer.
class PictureExplainer {
 public:
  PictureExplainer() = default;
  virtual ~PictureExplainer() = default;
  PictureExplainer(const PictureExplainer&) = delete;
  PictureExplainer& operator=(const PictureExplainer&) = delete;
  PictureExplainer(PictureExplainer&&) = delete;
  PictureExplainer& operator=(PictureExplainer&&) = delete;

  [[nodiscard]] virtual std::vector<Explanation> Explain(
      std::span<const Image> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths) = 0;
  [[nodiscard]] virtual int NextBatch() const = 0;
  virtual void SelfCheck(const Image& picture) = 0;
  [[nodiscard]] virtual const ModelInfo& info() const = 0;
  [[nodiscard]] virtual ExplainTimes times() const = 0;
  [[nodiscard]] virtual Recoveries recoveries() const = 0;
  [[nodiscard]] virtual std::vector<std::string> TakeNotes() = 0;
  [[nodiscard]] virtual std::vector<std::string> TakeWarnings() = 0;
};

// A loaded model as a PictureExplainer.
class ModelExplainer final : public PictureExplainer {
 public:
  explicit ModelExplainer(Explainer explainer);

  [[nodiscard]] std::vector<Explanation> Explain(
      std::span<const Image> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths) override;
  [[nodiscard]] int NextBatch() const override;
  void SelfCheck(const Image& picture) override;
  [[nodiscard]] const ModelInfo& info() const override;
  [[nodiscard]] ExplainTimes times() const override;
  [[nodiscard]] Recoveries recoveries() const override;
  [[nodiscard]] std::vector<std::string> TakeNotes() override;
  [[nodiscard]] std::vector<std::string> TakeWarnings() override;

 private:
  Explainer explainer_;
};

}  // namespace gradcam
