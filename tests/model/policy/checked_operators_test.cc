#include "model/policy/checked_operators.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/compilation_unit.h>

#include <exception>
#include <limits>

namespace gradcam {
namespace {

std::int64_t Compute(const std::string& expression, std::int64_t a, std::int64_t b) {
  CheckOperatorArguments();
  torch::jit::CompilationUnit unit("def f(a: int, b: int) -> int:\n    return " + expression +
                                   "\n");
  return unit.get_function("f")({a, b}).toInt();
}

TEST(CheckedOperators, DivideAsPythonDoes) {
  EXPECT_EQ(Compute("a // b", 7, 2), 3);
  EXPECT_EQ(Compute("a // b", -7, 2), -4);
  EXPECT_EQ(Compute("a // b", 7, -2), -4);
  EXPECT_EQ(Compute("a % b", 7, 3), 1);
  EXPECT_EQ(Compute("a % b", -7, 3), 2);
  EXPECT_EQ(Compute("torch.__round_to_zero_floordiv(a, b)", -7, 2), -3);
}

TEST(CheckedOperators, ThrowWhereTheProcessorWouldTrap) {
  constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
  for (const std::string expression :
       {"a // b", "a % b", "divmod(a, b)[0]", "torch.__round_to_zero_floordiv(a, b)"}) {
    EXPECT_THROW(Compute(expression, 1, 0), std::exception);
    EXPECT_THROW(Compute(expression, kSmallest, -1), std::exception);
  }
}

TEST(CheckedOperators, SurviveFoldedConstants) {
  CheckOperatorArguments();
  const torch::jit::CompilationUnit unit("def f() -> int:\n    return 1 % 0\n");
  EXPECT_NE(unit.find_function("f"), nullptr);
}

// Two bidirectional layers with 3 hidden values over sequences [5, 2, 4], weights as torch.nn.LSTM
// keeps them.
std::vector<at::Tensor> LstmWeights() {
  std::vector<at::Tensor> weights;
  for (const std::int64_t inputs : {4, 4, 6, 6}) {
    weights.push_back(at::ones({12, inputs}));
    weights.push_back(at::ones({12, 3}));
    weights.push_back(at::ones({12}));
    weights.push_back(at::ones({12}));
  }
  return weights;
}

at::Tensor Lstm(const std::vector<at::Tensor>& weights, std::int64_t hidden = 3) {
  CheckOperatorArguments();
  torch::jit::CompilationUnit unit(
      "def f(x, h, w: List[Tensor]):\n"
      "    return torch.lstm(x, [h, h], w, True, 2, 0.0, False, True, False)[0]\n");
  const auto state = at::ones({4, 2, hidden});
  return unit.get_function("f")({at::ones({5, 2, 4}), state, weights}).toTensor();
}

TEST(CheckedOperators, RunAnLstmThatFits) {
  EXPECT_EQ(Lstm(LstmWeights()).sizes(), at::IntArrayRef({5, 2, 6}));
}

TEST(CheckedOperators, RefuseAnLstmWhoseWeightsAreTooSmall) {
  for (std::size_t i = 0; i < LstmWeights().size(); ++i) {
    auto weights = LstmWeights();
    weights[i] = weights[i].narrow(0, 0, 2);
    EXPECT_THROW(Lstm(weights), std::exception) << i;
  }
  auto weights = LstmWeights();
  weights.pop_back();
  EXPECT_THROW(Lstm(weights), std::exception);
  EXPECT_THROW(Lstm(LstmWeights(), 7), std::exception);
}

}  // namespace
}  // namespace gradcam
