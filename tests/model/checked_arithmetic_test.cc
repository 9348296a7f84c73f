#include "model/checked_arithmetic.h"

#include <gtest/gtest.h>
#include <torch/csrc/jit/api/compilation_unit.h>

#include <exception>

namespace gradcam {
namespace {

std::int64_t Compute(const std::string& expression, std::int64_t a, std::int64_t b) {
  CheckIntegerDivision();
  torch::jit::CompilationUnit unit("def f(a: int, b: int) -> int:\n    return " + expression +
                                   "\n");
  return unit.get_function("f")({a, b}).toInt();
}

TEST(CheckedArithmetic, RoundsAsPythonDoes) {
  EXPECT_EQ(Compute("a // b", 7, 2), 3);
  EXPECT_EQ(Compute("a // b", -7, 2), -4);
  EXPECT_EQ(Compute("a // b", 7, -2), -4);
  EXPECT_EQ(Compute("a // b", -8, 2), -4);
  EXPECT_EQ(Compute("a % b", 7, 3), 1);
  EXPECT_EQ(Compute("a % b", -7, 3), 2);
  EXPECT_EQ(Compute("a % b", 7, -3), -2);
  EXPECT_EQ(Compute("a % b", 6, -3), 0);
  EXPECT_EQ(Compute("torch.__round_to_zero_floordiv(a, b)", -7, 2), -3);
}

TEST(CheckedArithmetic, ThrowsWhereTheProcessorWouldTrap) {
  constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
  for (const std::string expression : {"a // b", "a % b", "torch.__round_to_zero_floordiv(a, b)"}) {
    EXPECT_THROW(Compute(expression, 1, 0), std::exception);
    EXPECT_THROW(Compute(expression, kSmallest, -1), std::exception);
  }
}

TEST(CheckedArithmetic, SurvivesFoldedConstants) {
  CheckIntegerDivision();
  const torch::jit::CompilationUnit unit("def f() -> int:\n    return 1 % 0\n");
  EXPECT_NE(unit.find_function("f"), nullptr);
}

}  // namespace
}  // namespace gradcam
