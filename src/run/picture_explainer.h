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

  // By any thread, also while another one explains.
  [[nodiscard]] virtual PreparedPicture Prepare(const Image& picture) const = 0;
  [[nodiscard]] virtual std::vector<Explanation> Explain(
      std::span<const PreparedPicture> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths) = 0;
  [[nodiscard]] virtual int NextBatch() const = 0;
  virtual void SelfCheck(const PreparedPicture& picture) = 0;
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

  [[nodiscard]] PreparedPicture Prepare(const Image& picture) const override;
  [[nodiscard]] std::vector<Explanation> Explain(
      std::span<const PreparedPicture> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths) override;
  [[nodiscard]] int NextBatch() const override;
  void SelfCheck(const PreparedPicture& picture) override;
  [[nodiscard]] const ModelInfo& info() const override;
  [[nodiscard]] ExplainTimes times() const override;
  [[nodiscard]] Recoveries recoveries() const override;
  [[nodiscard]] std::vector<std::string> TakeNotes() override;
  [[nodiscard]] std::vector<std::string> TakeWarnings() override;

  [[nodiscard]] Device device() const;
  [[nodiscard]] std::string device_name() const;

 private:
  Explainer explainer_;
};

}  // namespace gradcam
