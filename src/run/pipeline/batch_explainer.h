#pragma once

#include <functional>
#include <variant>
#include <vector>

#include "gradcam/error.h"
#include "run/picture_explainer.h"
#include "run/pipeline/pictures_in_flight.h"
#include "run/run_options.h"

namespace gradcam {

// Explains decoded pictures together, checks the cut where the run asks for it, and finds out which
// picture of a batch the network cannot take.
class BatchExplainer {
 public:
  // `is_only`: the run has one picture.
  BatchExplainer(PictureExplainer& explainer, const RunOptions& options, bool is_only)
      : explainer_(&explainer), options_(&options), is_only_(is_only) {}

  // Is told of every picture, in order; false: the rest need not be explained.
  using Take = std::function<bool(PictureInFlight&, std::variant<Explanation, Error>)>;

  // Returns the pictures that were not taken. A batch that fails is explained picture by picture:
  // one may have upset the model, or all of them together its memory.
  std::vector<PictureInFlight*> Explain(const std::vector<PictureInFlight*>& batch,
                                        const Take& take);

 private:
  [[nodiscard]] std::vector<Explanation> ExplainTogether(
      const std::vector<PictureInFlight*>& batch);
  void Check(const std::vector<PreparedPicture>& pictures);

  PictureExplainer* explainer_;
  const RunOptions* options_;
  bool is_only_;
  bool is_checked_ = false;
};

}  // namespace gradcam
