#pragma once

#include <ATen/core/Tensor.h>

#include "gradcam/card.h"
#include "gradcam/explainer.h"

namespace gradcam {

// Scores of a class and their gradients with respect to the logits z, in closed form.
//
// Exclusive classes (kSoftmax, kLogits), p = softmax(z), q_k = p_k / (1 - p_c) for k != c:
//   log-odds         z_c - logsumexp_{k != c} z_k     e_c - q           =: D
//   logit            z_c                              e_c
//   probability      p_c                              p_c (1 - p_c) D
//   log-probability  log p_c                          (1 - p_c) D
// Independent classes (kSigmoid), p = sigmoid(z): the same with D = e_c.
//
// q is a softmax over the other logits, so D keeps its digits where 1 - p_c underflows; autograd
// through a softmax does not (docs/method.md).

// p as float64 [N, K] of `logits` [N, K].
[[nodiscard]] at::Tensor Probabilities(const at::Tensor& logits, OutputKind kind);

// d score / d logits, float32 [N, K], of the class `classes[n]` (int64 [N]) in row n of `logits`
// [N, K].
[[nodiscard]] at::Tensor ScoreCotangent(Score score, OutputKind kind, const at::Tensor& logits,
                                        const at::Tensor& classes);

}  // namespace gradcam
