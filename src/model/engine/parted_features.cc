#include "model/engine/parted_features.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace gradcam {
namespace {

// `part` with copies of its last picture behind it, `pictures` in all.
at::Tensor Filled(const at::Tensor& part, std::int64_t pictures) {
  const std::int64_t missing = pictures - part.size(0);
  if (missing == 0) return part;
  return at::cat({part, part.slice(0, -1).expand({missing, -1, -1, -1})});
}

}  // namespace

PartedFeatures::PartedFeatures(std::unique_ptr<FeaturesEngine> engine, int pictures, LastPart last)
    : engine_(std::move(engine)), pictures_(pictures), last_(last) {}

Features PartedFeatures::Run(const at::Tensor& input) {
  Features features;
  std::vector<at::Tensor> activations;
  for (const at::Tensor& part : input.split(pictures_)) {
    features = engine_->Run(last_ == LastPart::kFilled ? Filled(part, pictures_) : part);
    activations.push_back(features.activations.slice(0, 0, part.size(0)));
  }
  features.activations = activations.size() == 1 ? activations.front() : at::cat(activations);
  return features;
}

}  // namespace gradcam
