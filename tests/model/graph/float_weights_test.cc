#include "model/graph/float_weights.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/small_modules.h"

namespace gradcam {
namespace {

TEST(ConvertToFloat, ConvertsWeightsOfOtherFloatingTypes) {
  for (const auto type : {at::kHalf, at::kBFloat16, at::kDouble}) {
    auto module = SmallModule({}, "return torch.conv2d(x, self.w).mean([2, 3])");
    // 0.5 is exact in every type.
    module.setattr("w", at::full({4, 3, 3, 3}, 0.5, type));
    ConvertToFloat(module, {});
    EXPECT_EQ(module.attr("w").toTensor().scalar_type(), at::kFloat);
    EXPECT_TRUE(at::equal(module.attr("w").toTensor(), at::full({4, 3, 3, 3}, 0.5)));
    EXPECT_EQ(module.forward({at::ones({1, 3, 8, 8})}).toTensor().size(1), 4);
  }
}

TEST(ConvertToFloat, ConvertsWhatTheGraphMakesOfTheWeightsType) {
  auto module = SmallModule({},
                            "h = torch.to(x, 5)\n"  // half precision
                            "if x.dim() > 2:\n"
                            "    h = h + torch.ones([1], dtype=5)\n"
                            "return torch.conv2d(h, self.w).mean([2, 3])");
  module.setattr("w", at::full({4, 3, 3, 3}, 0.5, at::kHalf));
  ConvertToFloat(module, {&module.get_method("forward").function()});
  EXPECT_EQ(module.forward({at::ones({1, 3, 8, 8})}).toTensor().scalar_type(), at::kFloat);
}

TEST(ConvertToFloat, LeavesTypesThatNoWeightHasAlone) {
  auto module = SmallModule({}, "return torch.to(x, 7)");  // float64 on purpose
  ConvertToFloat(module, {&module.get_method("forward").function()});
  EXPECT_EQ(module.forward({at::ones({1})}).toTensor().scalar_type(), at::kDouble);
}

TEST(ConvertToFloat, LeavesWholeNumbersAlone) {
  auto module = SmallModule({}, "return x");
  module.register_buffer("count", at::full({3}, 7, at::kLong));
  ConvertToFloat(module, {});
  EXPECT_EQ(module.attr("count").toTensor().scalar_type(), at::kLong);
}

}  // namespace
}  // namespace gradcam
