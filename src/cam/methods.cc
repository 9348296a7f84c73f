// Grad-CAM and activation saliency as pure functions; docs/method.md has the formulas, the papers
// and what differs from other tools.
#include "cam/methods.h"

#include <ATen/Tensor.h>

#include <array>
#include <sstream>

#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr int kChannels = 1;
constexpr std::array<std::int64_t, 2> kCells = {2, 3};

void RequireFeatureMaps(const at::Tensor& activations) {
  if (activations.dim() == 4) {
    return;
  }
  std::ostringstream message;
  message << "activations of shape " << activations.sizes() << ", expected [N, C, h, w]";
  throw Error(ErrorKind::kModel, message.str());
}

}  // namespace

at::Tensor GradCam(const at::Tensor& activations, const at::Tensor& gradients) {
  RequireFeatureMaps(activations);
  if (activations.sizes() != gradients.sizes()) {
    std::ostringstream message;
    message << "gradients of shape " << gradients.sizes() << " for activations of shape "
            << activations.sizes();
    throw Error(ErrorKind::kModel, message.str());
  }
  const at::Tensor weights = gradients.mean(kCells, /*keepdim=*/true);
  return activations.mul(weights).mean(kChannels);
}

at::Tensor ActivationSaliency(const at::Tensor& activations) {
  RequireFeatureMaps(activations);
  return activations.mean(kChannels);
}

}  // namespace gradcam
