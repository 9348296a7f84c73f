#include "cam/score.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// The cotangents are rounded to float32 once: half a unit in the last place is 6e-8.
constexpr double kFloatRounding = 1e-7;

at::Tensor Classes(std::initializer_list<std::int64_t> classes) {
  return at::tensor(at::ArrayRef<std::int64_t>(classes), at::kLong);
}

// The score as written in docs/method.md, so that autograd in float64 gives the reference. Log p
// and p are formed from the log-odds, which keeps 1 - p exact where it is tiny.
at::Tensor ScoreOf(Score score, const at::Tensor& z, std::int64_t c) {
  std::vector<std::int64_t> others(static_cast<std::size_t>(z.size(0)));
  std::iota(others.begin(), others.end(), 0);
  others.erase(others.begin() + c);
  const at::Tensor rest = z.index_select(0, at::tensor(others, at::kLong));
  const at::Tensor log_odds = z[c] - rest.logsumexp(0);
  const at::Tensor log_p = -at::softplus(-log_odds);
  switch (score) {
    case Score::kLogOdds:
      return log_odds;
    case Score::kLogit:
      return z[c].clone();
    case Score::kProbability:
      return log_p.exp();
    case Score::kLogProbability:
      return log_p;
  }
  return {};
}

at::Tensor AutogradCotangent(Score score, const at::Tensor& logits, std::int64_t c) {
  at::Tensor leaf = logits.to(at::kDouble).clone().set_requires_grad(true);
  ScoreOf(score, leaf, c).backward();
  return leaf.grad();
}

double RelativeError(const at::Tensor& value, const at::Tensor& reference) {
  const at::Tensor difference = (value.to(at::kDouble) - reference).abs().max();
  return (difference / reference.abs().max()).item<double>();
}

constexpr std::array kAllScores = {Score::kLogOdds, Score::kLogit, Score::kProbability,
                                   Score::kLogProbability};

TEST(Probabilities, AreSoftmaxOrSigmoidInFloat64) {
  const at::Tensor logits = at::tensor({0.0F, std::log(3.0F)}).view({1, 2});
  const at::Tensor exclusive = Probabilities(logits, OutputKind::kLogits);
  EXPECT_EQ(exclusive.scalar_type(), at::kDouble);
  // log(3) is rounded to float32.
  EXPECT_NEAR(exclusive[0][0].item<double>(), 0.25, kFloatRounding);
  EXPECT_NEAR(exclusive[0][1].item<double>(), 0.75, kFloatRounding);
  const at::Tensor independent = Probabilities(logits, OutputKind::kSigmoid);
  EXPECT_EQ(independent[0][0].item<double>(), 0.5);
  EXPECT_NEAR(independent[0][1].item<double>(), 0.75, kFloatRounding);
}

TEST(ScoreCotangent, IsWorkedOutByHandForThreeClasses) {
  // p = (1/2, 1/3, 1/6): 1 - p_0 = 1/2, q = (-, 2/3, 1/3).
  const at::Tensor logits = at::tensor({3.0, 2.0, 1.0}, at::kDouble).log().view({1, 3});
  const auto cotangent = [&](Score score) {
    return ScoreCotangent(score, OutputKind::kSoftmax, logits, Classes({0}));
  };
  const at::Tensor direction = at::tensor({1.0, -2.0 / 3, -1.0 / 3}, at::kDouble).view({1, 3});
  EXPECT_EQ(cotangent(Score::kLogOdds).scalar_type(), at::kFloat);
  EXPECT_LT(RelativeError(cotangent(Score::kLogOdds), direction), kFloatRounding);
  EXPECT_LT(RelativeError(cotangent(Score::kLogProbability), direction / 2), kFloatRounding);
  EXPECT_LT(RelativeError(cotangent(Score::kProbability), direction / 4), kFloatRounding);
  EXPECT_TRUE(at::equal(cotangent(Score::kLogit), at::tensor({1.0F, 0.0F, 0.0F}).view({1, 3})));
}

TEST(ScoreCotangent, EqualsAutogradFromUnsureToSaturated) {
  at::manual_seed(7);
  const at::Tensor base = at::randn({1000}, at::kDouble);
  const std::int64_t c = 123;
  // z_c such that 1 - p_c falls from 0.97 past the float32 (6e-8) and the float64 limit (1e-16).
  for (const double complement :
       {0.97, 0.05, 2.6e-3, 1.3e-4, 6.6e-6, 3.4e-7, 1.7e-8, 1e-13, 1e-30}) {
    at::Tensor logits = base.clone();
    logits[c] = -std::numeric_limits<double>::infinity();
    logits[c] = logits.logsumexp(0) + std::log1p(-complement) - std::log(complement);
    for (const Score score : kAllScores) {
      const at::Tensor value =
          ScoreCotangent(score, OutputKind::kLogits, logits.view({1, -1}), Classes({c}));
      EXPECT_LT(RelativeError(value[0], AutogradCotangent(score, logits, c)), kFloatRounding)
          << "score " << static_cast<int>(score) << ", 1 - p = " << complement;
    }
  }
}

TEST(ScoreCotangent, EqualsAutogradThroughSoftmaxWhereThatIsAccurate) {
  at::manual_seed(8);
  at::Tensor leaf = at::randn({10}, at::kDouble).set_requires_grad(true);
  at::softmax(leaf, 0)[4].backward();
  const at::Tensor value = ScoreCotangent(Score::kProbability, OutputKind::kSoftmax,
                                          leaf.detach().view({1, -1}), Classes({4}));
  EXPECT_LT(RelativeError(value[0], leaf.grad()), kFloatRounding);
}

TEST(ScoreCotangent, StaysFiniteForAClassThatTheNetworkRulesOut) {
  const at::Tensor logits = at::tensor({-2000.0F, 0.0F, 1.0F}).view({1, 3});
  const at::Tensor log_p =
      ScoreCotangent(Score::kLogProbability, OutputKind::kLogits, logits, Classes({0}));
  const at::Tensor log_odds =
      ScoreCotangent(Score::kLogOdds, OutputKind::kLogits, logits, Classes({0}));
  EXPECT_TRUE(at::equal(log_p, log_odds));  // 1 - p_c is 1
  EXPECT_EQ(log_odds[0][0].item<float>(), 1);
  EXPECT_NEAR(log_odds[0][1].item<double>(), -1 / (1 + std::exp(1.0)), kFloatRounding);
  EXPECT_TRUE(
      at::equal(ScoreCotangent(Score::kProbability, OutputKind::kLogits, logits, Classes({0})),
                at::zeros({1, 3})));
}

TEST(ScoreCotangent, TouchesOnlyItsOwnLogitWithIndependentClasses) {
  const double z = 45;  // sigmoid(z) rounds to 1 in float64
  const at::Tensor logits = at::tensor({5.0, z, -3.0}, at::kDouble).view({1, 3});
  const auto at_class = [&](Score score) {
    const at::Tensor cotangent = ScoreCotangent(score, OutputKind::kSigmoid, logits, Classes({1}));
    EXPECT_EQ(cotangent[0][0].item<float>(), 0);
    EXPECT_EQ(cotangent[0][2].item<float>(), 0);
    return cotangent[0][1].item<double>();
  };
  EXPECT_EQ(at_class(Score::kLogOdds), 1);
  EXPECT_EQ(at_class(Score::kLogit), 1);
  const double complement = 1 / (1 + std::exp(z));
  EXPECT_NEAR(at_class(Score::kLogProbability) / complement, 1, kFloatRounding);
  EXPECT_NEAR(at_class(Score::kProbability) / complement, 1, kFloatRounding);
}

TEST(ScoreCotangent, TurnsTheSignForTheTwoClassesOfANetworkWithOneOutput) {
  // Logits (0, z): the log-odds of class 1 are z, those of class 0 are -z.
  const at::Tensor logits = at::tensor({0.0F, 2.0F}).view({1, 2});
  EXPECT_TRUE(at::equal(ScoreCotangent(Score::kLogOdds, OutputKind::kLogits, logits, Classes({1})),
                        at::tensor({-1.0F, 1.0F}).view({1, 2})));
  EXPECT_TRUE(at::equal(ScoreCotangent(Score::kLogOdds, OutputKind::kLogits, logits, Classes({0})),
                        at::tensor({1.0F, -1.0F}).view({1, 2})));
}

TEST(ScoreCotangent, TreatsEveryRowAlone) {
  at::manual_seed(9);
  const at::Tensor logits = at::randn({3, 5});
  const at::Tensor batch =
      ScoreCotangent(Score::kProbability, OutputKind::kLogits, logits, Classes({4, 0, 2}));
  const at::Tensor last = ScoreCotangent(Score::kProbability, OutputKind::kLogits,
                                         logits.narrow(0, 2, 1), Classes({2}));
  EXPECT_TRUE(at::equal(batch.narrow(0, 2, 1), last));
}

TEST(ScoreCotangent, RefusesWhatIsNoVectorOfScores) {
  EXPECT_THROW(static_cast<void>(ScoreCotangent(Score::kLogOdds, OutputKind::kLogits,
                                                at::ones({1, 1}), Classes({0}))),
               Error);
  EXPECT_THROW(static_cast<void>(ScoreCotangent(Score::kLogOdds, OutputKind::kLogits, at::ones({3}),
                                                Classes({0}))),
               Error);
}

}  // namespace
}  // namespace gradcam
