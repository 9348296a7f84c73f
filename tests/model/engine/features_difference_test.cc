#include "model/engine/features_difference.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "gradcam/error.h"

namespace gradcam {
namespace {

Features FeaturesOf(const at::Tensor& activations, std::vector<c10::IValue> carried = {}) {
  return {.self = {}, .activations = activations, .carried = std::move(carried)};
}

bool IsWithin(const Features& found, const Features& expected, double limit) {
  try {
    RequireLimit(found, expected, limit);
    return true;
  } catch (const Error&) {
    return false;
  }
}

// 4 is the maximum: a difference of 1 anywhere is a quarter of it.
at::Tensor Map(float first) { return at::tensor({first, -4.0F, 2.0F}); }

TEST(RequireLimit, IsAShareOfTheMaximum) {
  EXPECT_TRUE(IsWithin(FeaturesOf(Map(2)), FeaturesOf(Map(1)), 0.25));
  EXPECT_FALSE(IsWithin(FeaturesOf(Map(2)), FeaturesOf(Map(1)), 0.24));
  EXPECT_TRUE(IsWithin(FeaturesOf(at::empty({0})), FeaturesOf(at::empty({0})), 0));
}

TEST(RequireLimit, RefusesOtherShapesTypesAndNumbersThatAreNotFinite) {
  const auto expected = FeaturesOf(Map(1));
  EXPECT_FALSE(IsWithin(FeaturesOf(Map(1).view({1, 3})), expected, INFINITY));
  EXPECT_FALSE(IsWithin(FeaturesOf(Map(1).to(at::kDouble)), expected, 1e9));
  EXPECT_FALSE(IsWithin(FeaturesOf(Map(INFINITY)), expected, 1e9));
  EXPECT_FALSE(IsWithin(FeaturesOf(Map(NAN)), expected, 1e9));
}

TEST(RequireLimit, HoldsForEveryTensorThatCrossesTheCut) {
  const c10::List<at::Tensor> list({Map(1), Map(1)});
  const c10::List<at::Tensor> other({Map(1), Map(2)});
  const c10::List<at::Tensor> longer({Map(1), Map(1), Map(1)});
  const auto with = [](c10::IValue value) { return FeaturesOf(Map(1), {std::move(value)}); };
  EXPECT_TRUE(IsWithin(with(list), with(list), 0));
  EXPECT_FALSE(IsWithin(with(other), with(list), 0.2));
  EXPECT_TRUE(IsWithin(with(other), with(list), 0.3));
  EXPECT_FALSE(IsWithin(with(longer), with(list), 1e9));
  EXPECT_FALSE(IsWithin(with(Map(1)), with(list), 1e9));
  EXPECT_FALSE(IsWithin(with(std::int64_t{7}), with(std::int64_t{8}), 1e9));
  EXPECT_FALSE(IsWithin(FeaturesOf(Map(1)), with(list), 1e9));
}

TEST(IsOverflow, IsNumbersOutOfRangeAndNothingElse) {
  const auto expected = FeaturesOf(Map(1), {Map(1)});
  EXPECT_TRUE(IsOverflow(FeaturesOf(Map(INFINITY), {Map(1)}), expected));
  EXPECT_TRUE(IsOverflow(FeaturesOf(Map(1), {Map(NAN)}), expected));
  EXPECT_FALSE(IsOverflow(FeaturesOf(Map(2), {Map(1)}), expected));
  EXPECT_FALSE(IsOverflow(FeaturesOf(Map(INFINITY).view({3, 1}), {Map(1)}), expected));
  EXPECT_FALSE(IsOverflow(FeaturesOf(Map(INFINITY)), expected));
  EXPECT_FALSE(IsOverflow(FeaturesOf(Map(NAN)), FeaturesOf(Map(NAN))));
}

}  // namespace
}  // namespace gradcam
