#include "explain/predictions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace gradcam {

Prediction PredictionOf(const ClassScores& scores, int index, const std::vector<Label>& labels) {
  const auto position = static_cast<std::size_t>(index);
  Prediction prediction{.index = index,
                        .label = "",
                        .id = "",
                        .probability = scores.probabilities[position],
                        .logit = scores.logits[position]};
  if (position < labels.size()) {
    prediction.label = labels[position].name;
    prediction.id = labels[position].id;
  }
  return prediction;
}

std::vector<Prediction> TopPredictions(const ClassScores& scores, int count,
                                       const std::vector<Label>& labels) {
  const auto before = [&scores](int a, int b) {
    const double left = scores.logits[static_cast<std::size_t>(a)];
    const double right = scores.logits[static_cast<std::size_t>(b)];
    if (std::isnan(left) != std::isnan(right)) {
      return std::isnan(right);
    }
    return left > right || (!(left < right) && a < b);
  };
  std::vector<int> order(scores.logits.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t wanted = std::min(order.size(), static_cast<std::size_t>(std::max(count, 0)));
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted), order.end(),
                    before);
  std::vector<Prediction> top;
  top.reserve(wanted);
  for (std::size_t rank = 0; rank < wanted; ++rank) {
    top.push_back(PredictionOf(scores, order[rank], labels));
  }
  return top;
}

}  // namespace gradcam
