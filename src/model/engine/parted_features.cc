#include "model/engine/parted_features.h"

#include <ATen/ATen.h>

#include <utility>
#include <vector>

namespace gradcam {

PartedFeatures::PartedFeatures(std::unique_ptr<FeaturesEngine> engine, int pictures)
    : engine_(std::move(engine)), pictures_(pictures) {}

Features PartedFeatures::Run(const at::Tensor& input) {
  if (input.size(0) <= pictures_) return engine_->Run(input);
  Features features;
  std::vector<at::Tensor> activations;
  for (const at::Tensor& part : input.split(pictures_)) {
    features = engine_->Run(part);
    activations.push_back(std::move(features.activations));
  }
  features.activations = at::cat(activations);
  return features;
}

}  // namespace gradcam
