#include "model/engine/libtorch_features.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/module.h>

#include "gradcam/error.h"
#include "model/engine/frozen_features.h"
#include "model/engine/fused_convolutions.h"
#include "model/graph/graph_cut.h"
#include "model/graph/graph_walk.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_selection.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

at::Tensor Pictures() { return at::randn({2, 3, 9, 7}, at::detail::createCPUGenerator(3)); }

// What stands behind every network: the layer that is cut at, and a head.
SmallLayer Layer(const std::string& body) { return {"maps", body}; }
constexpr const char* kForward = "return torch.matmul(self.maps(x).mean([2, 3]), self.fc.t())";

std::shared_ptr<torch::jit::Graph> FeaturesGraph(const torch::jit::Module& module) {
  const auto forward = InlineForward(module);
  const auto selection = SelectLayer(forward, "maps");
  auto graph = forward.graph->copy();
  for (torch::jit::Node* marker : Markers(*graph)) {
    if (MarkedCall(marker) == selection.calls.front()) {
      RemoveMarkersExcept(*graph, {marker});
      return CutBehind(graph, marker, "maps").features;
    }
  }
  return nullptr;
}

int Count(torch::jit::Graph& graph, const std::string& kind) {
  int count = 0;
  ForEachNode(graph.block(), [&](const torch::jit::Node* node) {
    count += node->kind().toQualString() == kind ? 1 : 0;
  });
  return count;
}

// Largest difference of the fused engine's activations, as a share of the maximum.
double Difference(const std::string& body, at::ScalarType type) {
  const auto module = SmallModule({Layer(body)}, kForward);
  const auto graph = FeaturesGraph(module);
  const auto expected = LoadedFeatures(graph, module, {}).Run(Pictures()).activations;
  const auto found = FusedFeatures(*graph, module, type).Run(Pictures()).activations;
  EXPECT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_TRUE(found.is_contiguous());
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
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
  const auto module = SmallModule({Layer(body)}, kForward);
  const auto graph = FeaturesGraph(module);
  EXPECT_EQ(Count(*graph, "aten::batch_norm"), 1);
  EXPECT_EQ(Count(*FrozenFeatures(*graph, module), "aten::batch_norm"), 0);
  EXPECT_LE(Difference(body, at::kFloat), 1e-5);
}

TEST(FrozenFeatures, ResolvesTheDimensionCheckOfAScriptedBatchNorm) {
  const std::string body = std::string(kConvolution) +
                           "assert a.dim() == 4\n"
                           "return torch.relu(a)";
  const auto module = SmallModule({Layer(body)}, kForward);
  const auto graph = FeaturesGraph(module);
  EXPECT_EQ(Count(*FrozenFeatures(*graph, module), "prim::If"), 0);
}

TEST(FuseConvolutions, TakesAdditionAndActivationAlong) {
  const auto module = SmallModule(
      {Layer(std::string(kConvolution) +
             "b = torch.conv2d(torch.relu(a), self.v, None, 1, 1)\nreturn torch.relu(a + b)")},
      kForward);
  const auto graph = FrozenFeatures(*FeaturesGraph(module), module);
  const auto weights = FuseConvolutions(*graph, at::kFloat);
  EXPECT_EQ(weights.size(), 2U);
  EXPECT_EQ(Count(*graph, "mkldnn::_convolution_pointwise"), 2);
  EXPECT_EQ(Count(*graph, "aten::conv2d"), 0);
  EXPECT_EQ(Count(*graph, "aten::add"), 0);
  // The first convolution is used twice, so its activation stays by itself.
  EXPECT_EQ(Count(*graph, "aten::relu"), 1);
}

TEST(FusedFeatures, RefuseANetworkThatWritesInPlace) {
  const auto module = SmallModule(
      {Layer(std::string(kConvolution) + "b = torch.conv2d(a, self.v, None, 1, 1)\n"
                                         "a[:, :2].mul_(-5)\nreturn torch.relu(b + a)")},
      kForward);
  EXPECT_THROW(FusedFeatures(*FeaturesGraph(module), module, at::kFloat), Error);
}

TEST(LoadedFeatures, HandsOutTheModuleThatItRanOn) {
  const auto module = SmallModule({Layer(std::string(kConvolution) + "return a")}, kForward);
  const auto features = LoadedFeatures(FeaturesGraph(module), module, {}).Run(Pictures());
  EXPECT_TRUE(features.self.is(module._ivalue()));
}

}  // namespace
}  // namespace gradcam
