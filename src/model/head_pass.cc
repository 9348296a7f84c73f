#include "model/head_pass.h"

#include <torch/csrc/autograd/autograd.h>

#include <utility>

#include "gradcam/error.h"
#include "model/engine/torch_error.h"

namespace gradcam {

HeadPass::HeadPass(at::Tensor activations, at::Tensor logits, std::string layer,
                   const PassFacts& facts)
    : activations_(std::move(activations)),
      logits_(std::move(logits)),
      layer_(std::move(layer)),
      facts_(facts) {}

at::Tensor HeadPass::activations() const { return activations_.detach().to(at::kFloat); }

at::Tensor HeadPass::logits() const { return logits_.detach(); }

at::Tensor HeadPass::Gradient(const at::Tensor& cotangent) const {
  at::Tensor gradient;
  if (logits_.requires_grad()) {
    try {
      gradient = torch::autograd::grad({logits_}, {activations_}, {cotangent},
                                       /*retain_graph=*/true, /*create_graph=*/false,
                                       /*allow_unused=*/true)
                     .at(0);
    } catch (const std::exception& error) {
      if (IsOutOfMemory(error)) {
        throw Error(ErrorKind::kMemory, "not enough memory for the gradient behind layer '" +
                                            layer_ + "': " + TorchMessage(error));
      }
      throw Error(ErrorKind::kModel,
                  "no gradient behind layer '" + layer_ + "': " + TorchMessage(error));
    }
  }
  if (!gradient.defined()) {
    throw Error(ErrorKind::kUsage, "the scores do not depend on layer '" + layer_ + "'",
                "choose another layer; 'gradcam layers' lists them");
  }
  return gradient.to(at::kFloat);
}

}  // namespace gradcam
