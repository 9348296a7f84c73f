#include "model/graph/layer_probe.h"

#include <gtest/gtest.h>

#include "model/graph/default_layer.h"
#include "model/graph/layer_selection.h"
#include "model/small_modules.h"

#include <ATen/ATen.h>

namespace gradcam {
namespace {

const std::vector<std::int64_t> kSquare = {1, 3, 224, 224};

TEST(ClassifyShape, TellsChannelsFirstFromChannelsLastByTheSideRatio) {
  EXPECT_EQ(ClassifyShape({1, 512, 14, 14}, kSquare), FeatureShape::kChannelsFirst);
  EXPECT_EQ(ClassifyShape({1, 7, 7, 768}, kSquare), FeatureShape::kChannelsLast);
  EXPECT_EQ(ClassifyShape({1, 512, 14, 28}, {1, 3, 224, 448}), FeatureShape::kChannelsFirst);
  EXPECT_EQ(ClassifyShape({1, 14, 28, 512}, {1, 3, 224, 448}), FeatureShape::kChannelsLast);
}

TEST(ClassifyShape, TellsChannelsLastWhereChannelsAreAsManyAsColumns) {
  EXPECT_EQ(ClassifyShape({1, 15, 11, 6}, {1, 3, 32, 24}), FeatureShape::kChannelsLast);
  EXPECT_EQ(ClassifyShape({1, 56, 56, 64}, kSquare), FeatureShape::kChannelsLast);
  EXPECT_EQ(ClassifyShape({1, 64, 56, 56}, kSquare), FeatureShape::kChannelsFirst);
}

TEST(ClassifyShape, TellsTokensFromFeatureMaps) {
  EXPECT_EQ(ClassifyShape({1, 1, 49, 512}, kSquare), FeatureShape::kOddRatio);
}

TEST(ClassifyShape, AcceptsMapsWhoseSidesWereRounded) {
  EXPECT_EQ(ClassifyShape({1, 512, 5, 3}, kSquare), FeatureShape::kChannelsFirst);
}

TEST(ClassifyShape, RefusesOtherRanksAndAnotherBatch) {
  EXPECT_EQ(ClassifyShape({1, 1000}, kSquare), FeatureShape::kOther);
  EXPECT_EQ(ClassifyShape({2, 512, 14, 14}, kSquare), FeatureShape::kOther);
}

std::string DefaultLayerOf(const std::vector<SmallLayer>& layers, const std::string& forward) {
  const auto module = SmallModule(layers, forward);
  const auto inlined = InlineForward(module);
  const auto input = at::ones({1, 3, 8, 8});
  const auto call = DefaultCall(inlined, ProbeShapes(inlined, module, input), input.sizes().vec());
  return call < 0 ? "none" : NameOfCall(inlined, call);
}

const std::vector<SmallLayer> kLayers = {{"first", "return torch.conv2d(x, self.w, None, 1, 1)"},
                                         {"second", "return torch.conv2d(x, self.v, None, 1, 1)"},
                                         {"act", "return torch.relu(x)"},
                                         {"pool", "return torch.max_pool2d(x, 2)"},
                                         {"drop", "return torch.dropout(x, 0.5, False)"},
                                         {"last", "return x.permute(0, 2, 3, 1)"}};

TEST(DefaultCall, TakesTheLastActivationInFrontOfPoolingAndDropout) {
  EXPECT_EQ(DefaultLayerOf(kLayers,
                           "a = self.drop(self.pool(self.act(self.second(self.first(x)))))\n"
                           "return torch.matmul(a.mean([2, 3]), self.fc.t())"),
            "act");
}

TEST(DefaultCall, PassesOverTheClassMapsOfAConvolutionalClassifier) {
  EXPECT_EQ(DefaultLayerOf(kLayers,
                           "a = self.act(self.second(self.first(x)))\n"
                           "return a.mean([2, 3])"),
            "first");
}

TEST(DefaultCall, PassesOverChannelsLastValues) {
  EXPECT_EQ(DefaultLayerOf(kLayers,
                           "a = self.last(self.first(x).repeat(1, 8, 1, 1))\n"
                           "return torch.matmul(a.mean([1, 2])[:, :4], self.fc.t())"),
            "first");
}

TEST(DefaultCall, NamesTheCallOfALayerThatIsUsedTwice) {
  EXPECT_EQ(DefaultLayerOf(kLayers,
                           "a = self.act(self.second(self.act(self.first(x))))\n"
                           "return torch.matmul(a.mean([2, 3]), self.fc.t())"),
            "act#1");
}

TEST(DefaultCall, CountsConvolutionsInAFileWithoutLayerNames) {
  EXPECT_EQ(DefaultLayerOf({},
                           "a = torch.conv2d(x, self.w, None, 1, 1)\n"
                           "b = torch.conv2d(torch.relu(a), self.v, None, 1, 1)\n"
                           "return torch.matmul(b.mean([2, 3]), self.fc.t())"),
            "conv#1");
}

TEST(DefaultCall, FindsNoneInANetworkWithoutFeatureMaps) {
  EXPECT_EQ(DefaultLayerOf(kLayers, "return torch.matmul(x.mean([2, 3]), self.w[:, :, 0, 0].t())"),
            "none");
}

}  // namespace
}  // namespace gradcam
