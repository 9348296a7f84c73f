#pragma once

#include <ATen/core/Tensor.h>

namespace gradcam {

// Grad-CAM before its ReLU: (1/C) sum_k A_k * mean_{i,j} dS/dA_k (Selvaraju et al. 2017, eq. 1 and
// 2, with the channel mean in place of the sum). `activations` and `gradients` [N, C, h, w]; result
// [N, h, w]. Throws Error(kModel) if the shapes differ.
[[nodiscard]] at::Tensor GradCam(const at::Tensor& activations, const at::Tensor& gradients);

// Mean of `activations` [N, C, h, w] over the channels: [N, h, w].
[[nodiscard]] at::Tensor ActivationSaliency(const at::Tensor& activations);

}  // namespace gradcam
