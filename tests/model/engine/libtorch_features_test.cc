#include "model/engine/libtorch_features.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include "gradcam/error.h"
#include "model/engine/frozen_features.h"
#include "model/engine/fused_convolutions.h"
#include "model/engine/small_features.h"

namespace gradcam {
namespace {

// Largest difference of the fused engine's activations, as a share of the maximum.
double Difference(const std::string& body, at::ScalarType type) {
  const auto module = ModuleWithMaps(body);
  const auto graph = FeaturesOfMaps(module);
  const auto expected = LoadedFeatures(graph, module, {}).Run(SmallPictures(2)).activations;
  const auto found =
      FusedFeatures(*graph, module, type, FusedAdditions::kAll).Run(SmallPictures(2)).activations;
  EXPECT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_TRUE(found.is_contiguous());
  return ShareOfMaximum(found, expected);
}

constexpr const char* kConvolution = "a = torch.conv2d(x, self.w, None, 1, 1)\n";
class Bodies : public ::testing::TestWithParam<std::string> {};

// Sums in another order and folded weights: some 1e-7 for each of a few layers.
TEST_P(Bodies, GiveTheSameActivationsFused) { EXPECT_LE(Difference(GetParam(), at::kFloat), 1e-5); }

// 8 bits of precision, 2^-9 a rounding, for input, weights and each of a few layers.
TEST_P(Bodies, GiveNearlyTheSameActivationsInBfloat16) {
  EXPECT_LE(Difference(GetParam(), at::kBFloat16), 0.05);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Bodies,
    ::testing::Values(
        std::string(kConvolution) + "return torch.relu(a)",
        std::string(kConvolution) + "return a.relu_()",
        std::string(kConvolution) + "return torch.silu(a)",
        std::string(kConvolution) + "return torch.sigmoid(a)",
        std::string(kConvolution) + "return torch.hardswish(a)",
        std::string(kConvolution) + "return torch.hardtanh(a, 0., 0.5)",
        std::string(kConvolution) + "return torch.hardtanh(a)",
        std::string(kConvolution) + "return torch.tanh(a)",
        std::string(kConvolution) + "return torch.hardsigmoid(a)",
        std::string(kConvolution) + "return torch.leaky_relu(a, 0.3)",
        std::string(kConvolution) + "return torch.gelu(a)",
        std::string(kConvolution) + "return torch.gelu(a, approximate='tanh')",
        // A residual, with and without its activation, and one whose branches are both
        // convolutions.
        std::string(kConvolution) +
            "b = torch.conv2d(torch.relu(a), self.v, None, 1, 1)\nreturn torch.relu(a + b)",
        std::string(kConvolution) +
            "b = torch.conv2d(torch.relu(a), self.v, None, 1, 1)\nreturn a + b",
        std::string(kConvolution) + "b = torch.conv2d(x, self.w, None, 1, 1)\n"
                                    "return torch.relu(torch.conv2d(a, self.v, None, 1, 1) + b)",
        std::string(kConvolution) + "return torch.conv2d(a, self.v, None, 1, 1) * 0.5 + a * 2",
        // What the convolution gives is used twice, or is added to itself.
        std::string(kConvolution) + "return torch.relu(a) + a",
        std::string(kConvolution) + "return torch.relu(a + a)",
        // An addition that spreads one number over a channel is no residual.
        std::string(kConvolution) + "return torch.relu(a + a.mean([2, 3], True))",
        "return torch.conv2d(x, self.w, None, [2, 1], [1, 0], [1, 2])",
        std::string("a = torch.conv2d(x, self.w, self.fc[0, :4], 1, 1)\n") + "return a",
        std::string(kConvolution) + "return torch.max_pool2d(a, [2, 2])"));

TEST(FusedFeatures, DepthwiseAndTransposedConvolutionsAreRight) {
  EXPECT_LE(Difference("return torch.conv2d(torch.cat([x, x], 1)[:, :4], self.v[:, :1], None, 1, "
                       "1, 1, 4)",
                       at::kFloat),
            1e-5);
  EXPECT_LE(
      Difference("return torch.conv_transpose2d(torch.conv2d(x, self.w), self.v)", at::kFloat),
      1e-5);
}

TEST(FrozenFeatures, FoldsBatchNormIntoTheConvolutionInFrontOfIt) {
  const std::string body =
      std::string(kConvolution) +
      "a = torch.batch_norm(a, self.fc[0] * 1, self.fc[1] * 1, self.fc[2] * 1, self.fc[3].abs() + "
      "0.5, False, 0.1, 1e-3, True)\nreturn torch.relu_(a)";
  const auto module = ModuleWithMaps(body);
  const auto graph = FeaturesOfMaps(module);
  EXPECT_EQ(CountNodes(*graph, "aten::batch_norm"), 1);
  EXPECT_EQ(CountNodes(*FrozenFeatures(*graph, module), "aten::batch_norm"), 0);
  EXPECT_LE(Difference(body, at::kFloat), 1e-5);
}

TEST(FrozenFeatures, ResolvesTheDimensionChecksOfAScript) {
  for (const std::string check : {"assert a.dim() == 4\n", "assert len(a.size()) == 4\n",
                                  "a = a * torch.sigmoid(a) + 1\nassert a.dim() == 4\n",
                                  "a = a * self.v\nassert a.dim() == 4\n"}) {
    const auto module = ModuleWithMaps(kConvolution + check + "return torch.relu(a)");
    EXPECT_EQ(CountNodes(*FrozenFeatures(*FeaturesOfMaps(module), module), "prim::If"), 0) << check;
  }
}

TEST(FrozenFeatures, KeepsADimensionCheckThatMayFail) {
  // The second operand may have five dimensions.
  const auto module = ModuleWithMaps(std::string(kConvolution) +
                                     "a = a * torch.ones([1] * x.size(0))\nassert a.dim() == 4\n"
                                     "return torch.relu(a)");
  EXPECT_EQ(CountNodes(*FrozenFeatures(*FeaturesOfMaps(module), module), "prim::If"), 1);
}

TEST(FrozenFeatures, LooksAtEveryValueOnceHoweverManyPathsLeadToIt) {
  // 2^60 paths.
  std::string body = kConvolution;
  for (int i = 0; i < 60; ++i) body += "a = torch.relu(a) + torch.sigmoid(a)\n";
  const auto module = ModuleWithMaps(body + "assert a.dim() == 4\nreturn a");
  EXPECT_EQ(CountNodes(*FrozenFeatures(*FeaturesOfMaps(module), module), "prim::If"), 0);
}

TEST(FuseConvolutions, TakesAdditionAndActivationAlong) {
  const auto module = ModuleWithMaps(
      std::string(kConvolution) +
      "b = torch.conv2d(torch.relu(a), self.v, None, 1, 1)\nreturn torch.relu(a + b)");
  const auto graph = FrozenFeatures(*FeaturesOfMaps(module), module);
  const auto weights = FuseConvolutions(*graph, at::kFloat, FusedAdditions::kAll);
  EXPECT_EQ(weights.size(), 2U);
  EXPECT_EQ(CountNodes(*graph, "mkldnn::_convolution_pointwise"), 2);
  EXPECT_EQ(CountNodes(*graph, "aten::conv2d"), 0);
  EXPECT_EQ(CountNodes(*graph, "aten::add"), 0);
  // The first convolution is used twice, so its activation stays by itself.
  EXPECT_EQ(CountNodes(*graph, "aten::relu"), 1);
}

TEST(FuseConvolutions, LeavesAdditionsAsTheyAreIfTheyMayBeOfTwoShapes) {
  // The second convolution gives one number a channel.
  const auto module =
      ModuleWithMaps(std::string(kConvolution) +
                     "b = torch.conv2d(torch.relu(a).mean([2, 3], True), self.v[:, :, :1, :1])\n"
                     "return torch.relu(b + torch.sigmoid(a))");
  const auto graph = FeaturesOfMaps(module);
  const auto expected = LoadedFeatures(graph, module, {}).Run(SmallPictures(2)).activations;
  FusedFeatures all(*graph, module, at::kFloat, FusedAdditions::kAll);
  EXPECT_THROW(static_cast<void>(all.Run(SmallPictures(2))), std::exception);
  FusedFeatures none(*graph, module, at::kFloat, FusedAdditions::kNone);
  // Sums in another order: 1e-7 was measured.
  EXPECT_LE(ShareOfMaximum(none.Run(SmallPictures(2)).activations, expected), 1e-5);
}

TEST(FusedFeatures, RefuseANetworkThatWritesInPlace) {
  const auto module = ModuleWithMaps(std::string(kConvolution) +
                                     "b = torch.conv2d(a, self.v, None, 1, 1)\n"
                                     "a[:, :2].mul_(-5)\nreturn torch.relu(b + a)");
  EXPECT_THROW(FusedFeatures(*FeaturesOfMaps(module), module, at::kFloat, FusedAdditions::kAll),
               Error);
}

TEST(LoadedFeatures, HandsOutTheModuleThatItRanOn) {
  const auto module = ModuleWithMaps(std::string(kConvolution) + "return a");
  const auto features = LoadedFeatures(FeaturesOfMaps(module), module, {}).Run(SmallPictures(2));
  EXPECT_TRUE(features.self.is(module._ivalue()));
}

}  // namespace
}  // namespace gradcam
