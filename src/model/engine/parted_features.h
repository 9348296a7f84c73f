#pragma once

#include <memory>
#include <string>

#include "model/engine/features_engine.h"

namespace gradcam {

// Another engine, given a batch in parts: the feature maps in front of the cut, far larger than
// those at it, are in memory for one part at a time, and the head still gets the whole batch. For a
// features half that hands over nothing but the activations, each picture's independent of the
// others.
class PartedFeatures final : public FeaturesEngine {
 public:
  // `pictures` > 0, of a part.
  PartedFeatures(std::unique_ptr<FeaturesEngine> engine, int pictures);

  [[nodiscard]] Features Run(const at::Tensor& input) override;
  [[nodiscard]] std::string Keep() override { return engine_->Keep(); }

 private:
  std::unique_ptr<FeaturesEngine> engine_;
  int pictures_;
};

}  // namespace gradcam
