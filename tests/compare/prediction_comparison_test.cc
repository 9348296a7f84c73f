#include "compare/prediction_comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kLimit = 0.05;

// A report of these classes and probabilities that explains its first class.
PictureReport Report(const std::vector<std::pair<int, double>>& top) {
  PictureReport report;
  for (const auto& [index, probability] : top) {
    report.top.push_back(
        {.index = index, .label = "", .id = "", .probability = probability, .logit = 0});
  }
  ClassReport explained;
  explained.prediction = report.top.front();
  report.explanations.push_back(explained);
  return report;
}

std::vector<std::string> Texts(const PictureReport& baseline, const PictureReport& current) {
  std::vector<std::string> texts;
  for (const Finding& finding : ComparePredictions(baseline, current, kLimit).findings) {
    texts.push_back(finding.text);
  }
  return texts;
}

TEST(ComparePredictions, FindsNothingWithinTheLimit) {
  const PictureReport baseline = Report({{1, 0.60}, {2, 0.20}, {3, 0.19}});
  const PictureReport current = Report({{1, 0.62}, {3, 0.21}, {2, 0.17}});
  EXPECT_THAT(Texts(baseline, current), IsEmpty());
  // 0.20 -> 0.17; to a few units of the last place of 0.2.
  EXPECT_NEAR(ComparePredictions(baseline, current, kLimit).max_probability_difference.value_or(-1),
              0.03, 1e-12);
}

TEST(ComparePredictions, TellsAnotherFirstClassHoweverClose) {
  PictureReport current = Report({{2, 0.41}, {1, 0.40}});
  current.explanations[0].prediction = current.top[1];  // the same class is explained
  EXPECT_THAT(Texts(Report({{1, 0.41}, {2, 0.40}}), current),
              ElementsAre("rank 1: class 1 -> class 2"));
}

TEST(ComparePredictions, LetsFirstClassesOfEqualProbabilityChangePlaces) {
  const PredictionComparison comparison = ComparePredictions(
      Report({{1, 0.40000001}, {2, 0.4}}), Report({{2, 0.40000001}, {1, 0.4}}), kLimit);
  EXPECT_THAT(comparison.findings, IsEmpty());
  EXPECT_EQ(comparison.notes.size(), 1U);
}

TEST(ComparePredictions, TellsAnotherFirstClassThatIsEquallyProbableOnOneSideOnly) {
  const PictureReport tied = Report({{1, 0.40000001}, {2, 0.4}});
  const auto told =
      ElementsAre("explained class: class 1 -> class 2", "rank 1: class 1 -> class 2");
  EXPECT_THAT(Texts(tied, Report({{2, 0.40002}, {1, 0.4}})), told);
  EXPECT_THAT(Texts(Report({{1, 0.40002}, {2, 0.4}}), Report({{2, 0.40000001}, {1, 0.4}})), told);
  // BASELINE does not say how probable class 2 is.
  EXPECT_THAT(Texts(Report({{1, 0.4}}), Report({{2, 0.4}})), told);
}

TEST(ComparePredictions, TellsAnotherExplainedClassThatWasAskedForByName) {
  PictureReport baseline = Report({{1, 0.40000001}, {2, 0.4}});
  PictureReport current = Report({{2, 0.40000001}, {1, 0.4}});
  baseline.explanations[0].chosen_by = ClassTarget::By::kIndex;
  current.explanations[0].chosen_by = ClassTarget::By::kIndex;
  EXPECT_THAT(Texts(baseline, current), ElementsAre("explained class: class 1 -> class 2"));
}

TEST(ComparePredictions, LetsNothingChangePlacesWhereProbabilitiesMustBeEqual) {
  const PredictionComparison comparison = ComparePredictions(
      Report({{1, 0.40000001}, {2, 0.4}}), Report({{2, 0.40000001}, {1, 0.4}}), 0);
  ASSERT_GE(comparison.findings.size(), 2U);
  EXPECT_EQ(comparison.findings[1].text, "rank 1: class 1 -> class 2");
}

TEST(ComparePredictions, TellsTheFirstRankThatAClearlyOtherClassTook) {
  EXPECT_THAT(
      Texts(Report({{1, 0.5}, {2, 0.24}, {3, 0.18}}), Report({{1, 0.5}, {3, 0.22}, {2, 0.2}})),
      ElementsAre("rank 2: class 2 -> class 3"));
}

TEST(ComparePredictions, TellsAProbabilityBeyondTheLimit) {
  const PredictionComparison comparison =
      ComparePredictions(Report({{1, 0.5}, {2, 0.2}}), Report({{1, 0.6}, {2, 0.2}}), kLimit);
  ASSERT_EQ(comparison.findings.size(), 1U);
  const Finding& finding = comparison.findings[0];
  EXPECT_EQ(finding.kind, FindingKind::kPredictionChanged);
  EXPECT_EQ(finding.text, "probability of class 1: 0.5000 -> 0.6000, limit 0.05");
  EXPECT_EQ(finding.class_index, 1);
  EXPECT_NEAR(finding.value.value_or(-1), 0.1, 1e-12);
}

TEST(ComparePredictions, KnowsThatAClassOffTheListIsNoMoreProbableThanItsLast) {
  const PictureReport baseline = Report({{1, 0.6}, {2, 0.3}, {3, 0.01}});
  const PictureReport current = Report({{1, 0.6}, {4, 0.3}, {3, 0.02}});
  EXPECT_THAT(Texts(baseline, current),
              ElementsAre("rank 2: class 2 -> class 4",
                          "probability of class 2: 0.3000 -> at most 0.0200, limit 0.05",
                          "probability of class 4: at most 0.0100 -> 0.3000, limit 0.05"));
}

TEST(ComparePredictions, LetsClassesOfLittleProbabilityComeAndGo) {
  EXPECT_THAT(Texts(Report({{1, 0.9}, {2, 0.002}}), Report({{1, 0.9}, {3, 0.002}})), IsEmpty());
}

TEST(ComparePredictions, ComparesListsOfTwoLengthsAsFarAsTheShorterGoes) {
  EXPECT_THAT(Texts(Report({{1, 0.5}, {2, 0.3}, {3, 0.2}}), Report({{1, 0.5}, {2, 0.3}})),
              IsEmpty());
}

TEST(ComparePredictions, TellsAnotherExplainedClass) {
  const PictureReport baseline = Report({{1, 0.5}, {2, 0.3}});
  PictureReport current = baseline;
  current.explanations[0].prediction = current.top[1];
  EXPECT_THAT(Texts(baseline, current), ElementsAre("explained class: class 1 -> class 2"));
}

TEST(ComparePredictions, FailsWhereANumberIsNotFinite) {
  const PictureReport baseline = Report({{1, 0.5}});
  PictureReport current = baseline;
  current.top[0].logit = std::nan("");
  const PredictionComparison comparison = ComparePredictions(baseline, current, kLimit);
  ASSERT_EQ(comparison.findings.size(), 1U);
  EXPECT_EQ(comparison.findings[0].kind, FindingKind::kNonfinite);
  EXPECT_EQ(comparison.findings[0].side, Side::kCurrent);
  EXPECT_FALSE(comparison.max_probability_difference);
}

TEST(ComparePredictions, TellsOfEachSideThatHasANumberThatIsNotFinite) {
  PictureReport report = Report({{1, 0.5}});
  report.top[0].probability = INFINITY;
  std::vector<std::optional<Side>> sides;
  for (const Finding& finding : ComparePredictions(report, report, kLimit).findings) {
    sides.push_back(finding.side);
  }
  EXPECT_THAT(sides, ElementsAre(Side::kBaseline, Side::kCurrent));
}

}  // namespace
}  // namespace gradcam
