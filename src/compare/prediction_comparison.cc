#include "compare/prediction_comparison.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string>

#include "compare/short_number.h"
#include "report/text.h"

namespace gradcam {
namespace {

using Top = std::vector<Prediction>;

std::string NameOfClass(const Prediction& prediction) {
  const std::string& label = prediction.label;
  return "class " + std::to_string(prediction.index) +
         (label.empty() ? "" : " (" + Printable(label) + ")");
}

std::string ProbabilityText(double probability) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4f", probability);
  return text.data();
}

Finding Changed(std::string text, std::string measure = {}) {
  return {.kind = FindingKind::kPredictionChanged,
          .text = std::move(text),
          .measure = std::move(measure)};
}

void AddNames(const Top& top, const PictureReport& report, std::map<int, std::string>& names) {
  for (const Prediction& prediction : top) names[prediction.index] = NameOfClass(prediction);
  for (const ClassReport& explained : report.explanations) {
    names[explained.prediction.index] = NameOfClass(explained.prediction);
  }
}

bool AllFinite(const PictureReport& report) {
  return std::all_of(report.top.begin(), report.top.end(),
                     [](const Prediction& prediction) {
                       return std::isfinite(prediction.probability) &&
                              std::isfinite(prediction.logit);
                     }) &&
         std::all_of(report.explanations.begin(), report.explanations.end(),
                     [](const ClassReport& explained) {
                       return std::isfinite(explained.prediction.probability);
                     });
}

// The first rank that a clearly less or more probable class took. The probability of a class that
// BASELINE does not list is at most that of its last one.
void CompareOrder(const Top& baseline, const Top& current, double max_difference,
                  std::vector<Finding>& findings) {
  std::map<int, double> before;
  for (const Prediction& prediction : baseline) before[prediction.index] = prediction.probability;
  for (std::size_t rank = 0; rank < baseline.size(); ++rank) {
    if (baseline[rank].index == current[rank].index) continue;
    const auto known = before.find(current[rank].index);
    const double was = known == before.end() ? baseline.back().probability : known->second;
    const bool is_first = rank == 0;
    if (!is_first && std::abs(baseline[rank].probability - was) <= max_difference) continue;
    findings.push_back(Changed("rank " + std::to_string(rank + 1) + ": " +
                                   NameOfClass(baseline[rank]) + " -> " +
                                   NameOfClass(current[rank]),
                               "top"));
    return;
  }
}

// What one side tells of the probability of a class.
struct Told {
  double probability = 0;
  bool is_bound = false;  // not listed: at most the last one's
};

class Probabilities {
 public:
  Probabilities(const Top& top, const PictureReport& report) : top_(&top) {
    for (const Prediction& prediction : top) told_[prediction.index] = prediction.probability;
    for (const ClassReport& explained : report.explanations) {
      told_.emplace(explained.prediction.index, explained.prediction.probability);
    }
  }

  [[nodiscard]] Told Of(int index) const {
    const auto found = told_.find(index);
    if (found != told_.end()) return {found->second, false};
    return {top_->empty() ? 1 : top_->back().probability, true};
  }

 private:
  const Top* top_;
  std::map<int, double> told_;
};

std::string TextOf(const Told& told) {
  return (told.is_bound ? "at most " : "") + ProbabilityText(told.probability);
}

void CompareProbabilities(const Probabilities& baseline, const Probabilities& current,
                          const std::map<int, std::string>& names, double max_difference,
                          PredictionComparison& result) {
  for (const auto& [index, name] : names) {
    const Told before = baseline.Of(index);
    const Told after = current.Of(index);
    double change = after.probability - before.probability;
    // A bound tells only of a probability above it.
    if (after.is_bound) change = std::min(change, 0.0);
    if (before.is_bound) change = std::max(change, 0.0);
    result.max_probability_difference =
        std::max(result.max_probability_difference.value_or(0), std::abs(change));
    if (std::abs(change) <= max_difference) continue;
    Finding finding = Changed("probability of " + name + ": " + TextOf(before) + " -> " +
                                  TextOf(after) + ", limit " + ShortNumber(max_difference),
                              "probability");
    finding.class_index = index;
    finding.value = std::abs(change);
    finding.limit = max_difference;
    result.findings.push_back(std::move(finding));
  }
}

void CompareExplained(const PictureReport& baseline, const PictureReport& current,
                      std::vector<Finding>& findings) {
  const auto explains = [](const PictureReport& report, int index) {
    return std::any_of(
        report.explanations.begin(), report.explanations.end(),
        [index](const ClassReport& other) { return other.prediction.index == index; });
  };
  std::string gone;
  std::string come;
  for (const ClassReport& explained : baseline.explanations) {
    if (explains(current, explained.prediction.index)) continue;
    gone += (gone.empty() ? "" : ", ") + NameOfClass(explained.prediction);
  }
  for (const ClassReport& explained : current.explanations) {
    if (explains(baseline, explained.prediction.index)) continue;
    come += (come.empty() ? "" : ", ") + NameOfClass(explained.prediction);
  }
  if (gone.empty() && come.empty()) return;
  findings.push_back(Changed("explained class: " + (gone.empty() ? "none" : gone) + " -> " +
                                 (come.empty() ? "none" : come),
                             "class"));
}

}  // namespace

std::optional<Finding> NonfinitePrediction(const PictureReport& report, Side side) {
  if (AllFinite(report)) return std::nullopt;
  return Finding{.kind = FindingKind::kNonfinite,
                 .text = std::string(side == Side::kBaseline ? "BASELINE" : "CURRENT") +
                         ": a probability or logit is not a finite number",
                 .measure = "probability",
                 .side = side};
}

PredictionComparison ComparePredictions(const PictureReport& baseline, const PictureReport& current,
                                        double max_difference) {
  PredictionComparison result;
  for (const std::optional<Finding>& finding : {NonfinitePrediction(baseline, Side::kBaseline),
                                                NonfinitePrediction(current, Side::kCurrent)}) {
    if (finding) result.findings.push_back(*finding);
  }
  if (!result.findings.empty()) return result;
  const std::size_t length = std::min(baseline.top.size(), current.top.size());
  const auto end = static_cast<std::ptrdiff_t>(length);
  const Top before(baseline.top.begin(), baseline.top.begin() + end);
  const Top after(current.top.begin(), current.top.begin() + end);
  std::map<int, std::string> names;
  AddNames(after, current, names);
  AddNames(before, baseline, names);
  CompareExplained(baseline, current, result.findings);
  CompareOrder(before, after, max_difference, result.findings);
  CompareProbabilities(Probabilities(before, baseline), Probabilities(after, current), names,
                       max_difference, result);
  return result;
}

}  // namespace gradcam
