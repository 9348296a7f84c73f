#pragma once

#include <span>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/explainer.h"

namespace gradcam {

// The scores of one picture, one a class.
struct ClassScores {
  std::span<const double> probabilities;
  std::span<const double> logits;
};

// One class with its label, if there are labels.
[[nodiscard]] Prediction PredictionOf(const ClassScores& scores, int index,
                                      const std::vector<Label>& labels);

// The `count` classes (all, if there are fewer) with the largest logits, which is the order of the
// probabilities also where those round to 0 or 1. Ties: lower index first; NaN last.
[[nodiscard]] std::vector<Prediction> TopPredictions(const ClassScores& scores, int count,
                                                     const std::vector<Label>& labels);

}  // namespace gradcam
