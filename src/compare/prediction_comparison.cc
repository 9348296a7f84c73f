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

// Of probabilities that are all but equal.
constexpr double kTie = 1e-5;

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

// First classes that changed places although they are all but equally probable.
struct ExchangedFirst {
  int before = 0;
  int after = 0;
};

// Rounding decides which of two classes is the first: other thread counts, batches and engines
// move a probability by up to 5e-7 (docs/regression.md).
std::optional<ExchangedFirst> ExchangedTie(int before, int after, const Probabilities& baseline,
                                           const Probabilities& current, double max_difference) {
  const double tie = std::min(kTie, max_difference);
  const auto is_tie = [=](const Probabilities& side) {
    const Told one = side.Of(before);
    const Told other = side.Of(after);
    return !one.is_bound && !other.is_bound && std::abs(one.probability - other.probability) <= tie;
  };
  if (before == after || !is_tie(baseline) || !is_tie(current)) return std::nullopt;
  return ExchangedFirst{before, after};
}

// The first rank that a clearly less or more probable class took. The probability of a class that
// BASELINE does not list is at most that of its last one.
void CompareOrder(const Top& baseline, const Top& current, bool may_exchange_first,
                  double max_difference, std::vector<Finding>& findings) {
  std::map<int, double> before;
  for (const Prediction& prediction : baseline) before[prediction.index] = prediction.probability;
  for (std::size_t rank = 0; rank < baseline.size(); ++rank) {
    if (baseline[rank].index == current[rank].index) continue;
    const auto known = before.find(current[rank].index);
    const double was = known == before.end() ? baseline.back().probability : known->second;
    const bool may_change = rank > 0 || may_exchange_first;
    if (may_change && std::abs(baseline[rank].probability - was) <= max_difference) continue;
    findings.push_back(Changed("rank " + std::to_string(rank + 1) + ": " +
                                   NameOfClass(baseline[rank]) + " -> " +
                                   NameOfClass(current[rank]),
                               "top"));
    return;
  }
}

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
                      const std::optional<ExchangedFirst>& exchanged,
                      std::vector<Finding>& findings) {
  const auto is_tied = [&exchanged](const ClassReport& explained) {
    const int index = explained.prediction.index;
    return exchanged && explained.chosen_by == ClassTarget::By::kTop &&
           (index == exchanged->before || index == exchanged->after);
  };
  const auto explains = [](const PictureReport& report, int index) {
    return std::any_of(
        report.explanations.begin(), report.explanations.end(),
        [index](const ClassReport& other) { return other.prediction.index == index; });
  };
  std::string gone;
  std::string come;
  for (const ClassReport& explained : baseline.explanations) {
    if (explains(current, explained.prediction.index) || is_tied(explained)) continue;
    gone += (gone.empty() ? "" : ", ") + NameOfClass(explained.prediction);
  }
  for (const ClassReport& explained : current.explanations) {
    if (explains(baseline, explained.prediction.index) || is_tied(explained)) continue;
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
  const Probabilities told_before(before, baseline);
  const Probabilities told_after(after, current);
  const std::optional<ExchangedFirst> exchanged = ExchangedTie(
      before.front().index, after.front().index, told_before, told_after, max_difference);
  if (exchanged) {
    result.notes.push_back("first classes within " + ShortNumber(kTie) +
                           " of each other changed places; compared are the maps of classes that "
                           "both sides explain");
  }
  CompareExplained(baseline, current, exchanged, result.findings);
  CompareOrder(before, after, exchanged.has_value(), max_difference, result.findings);
  CompareProbabilities(told_before, told_after, names, max_difference, result);
  return result;
}

}  // namespace gradcam
