#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compare/finding.h"
#include "report/picture_report.h"

namespace gradcam {

struct PredictionComparison {
  // Of all classes that both sides tell; empty if a number is not finite.
  std::optional<double> max_probability_difference;
  std::vector<Finding> findings;   // kPredictionChanged, or kNonfinite: one a side
  std::vector<std::string> notes;  // what is not the same and may be
};

// What is wrong with a side's predictions if one of their numbers is not finite.
[[nodiscard]] std::optional<Finding> NonfinitePrediction(const PictureReport& report, Side side);

// Both list at least one class. The first class must stay the first, unless each side gives the two
// in question probabilities within 1e-5 of each other; then the class explained as the first may be
// another, too. At the ranks behind it another class may stand if BASELINE
// gives it a probability within `max_difference` of the one that stood there: rounding decides the
// order of classes that are all but equally probable. The probability of every class that either
// side lists or explains may differ by `max_difference`; that of a class which one side does not
// tell is at most that of its last class. Lists of two lengths are compared as far as the shorter
// goes.
[[nodiscard]] PredictionComparison ComparePredictions(const PictureReport& baseline,
                                                      const PictureReport& current,
                                                      double max_difference);

}  // namespace gradcam
