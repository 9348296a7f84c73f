// Everything is computed in float64 and handed out in float32. The factor 1 - p_c is formed as the
// sum of the other probabilities, or as sigmoid(-z): subtracting p_c from 1 loses every digit for a
// class of which the network is sure.
#include "cam/score.h"

#include <ATen/Tensor.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros_like.h>

#include <limits>
#include <sstream>

#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr int kClasses = 1;

// What all scores of one class are made of.
struct ClassTerms {
  at::Tensor direction;    // [N, K], D: the gradient of the log-odds
  at::Tensor probability;  // [N, 1], p_c
  at::Tensor complement;   // [N, 1], 1 - p_c
};

ClassTerms ExclusiveTerms(const at::Tensor& logits, const at::Tensor& is_class) {
  constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();
  const at::Tensor p = at::softmax(logits, kClasses);
  const at::Tensor others = at::softmax(logits.masked_fill(is_class, kMinusInfinity), kClasses);
  return {.direction = is_class.to(at::kDouble).sub(others),
          .probability = p.masked_fill(is_class.logical_not(), 0).sum(kClasses, /*keepdim=*/true),
          .complement = p.masked_fill(is_class, 0).sum(kClasses, /*keepdim=*/true)};
}

ClassTerms IndependentTerms(const at::Tensor& logits, const at::Tensor& is_class) {
  const at::Tensor z =
      logits.masked_fill(is_class.logical_not(), 0).sum(kClasses, /*keepdim=*/true);
  return {.direction = is_class.to(at::kDouble),
          .probability = at::sigmoid(z),
          .complement = at::sigmoid(z.neg())};
}

at::Tensor Cotangent(Score score, const ClassTerms& terms, const at::Tensor& is_class) {
  switch (score) {
    case Score::kLogOdds:
      return terms.direction;
    case Score::kLogit:
      return is_class.to(at::kDouble);
    case Score::kProbability:
      return terms.probability.mul(terms.complement).mul(terms.direction);
    case Score::kLogProbability:
      return terms.complement.mul(terms.direction);
  }
  throw Error(ErrorKind::kUsage, "unknown score");
}

void RequireScores(const at::Tensor& logits) {
  if (logits.dim() == 2 && logits.size(1) >= 2) {
    return;
  }
  std::ostringstream message;
  message << "scores of shape " << logits.sizes() << ", expected [N, K] of two classes or more";
  throw Error(ErrorKind::kModel, message.str());
}

}  // namespace

at::Tensor Probabilities(const at::Tensor& logits, OutputKind kind) {
  const at::Tensor z = logits.to(at::kDouble);
  return kind == OutputKind::kSigmoid ? at::sigmoid(z) : at::softmax(z, kClasses);
}

at::Tensor ScoreCotangent(Score score, OutputKind kind, const at::Tensor& logits,
                          const at::Tensor& classes) {
  RequireScores(logits);
  const at::Tensor z = logits.to(at::kDouble);
  const at::Tensor is_class =
      at::zeros_like(z, at::kBool)
          .scatter(kClasses, classes.to(z.device()).unsqueeze(1), /*value=*/1);
  const ClassTerms terms =
      kind == OutputKind::kSigmoid ? IndependentTerms(z, is_class) : ExclusiveTerms(z, is_class);
  return Cotangent(score, terms, is_class).to(at::kFloat);
}

}  // namespace gradcam
