#include "model/engine/device_features.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"
#include "model/engine/small_features.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kLong = 1000;  // pictures

// A convolution with the batch norm that is folded into it.
constexpr const char* kBody =
    "a = torch.conv2d(x, self.w, None, 1, 1)\n"
    "m = torch.ones([4], device=x.device) * 0.1\n"
    "return torch.relu(torch.batch_norm(a, None, None, m, m + 1., False, 0.1, 1e-5, False))";

EngineOptions LongRun() {
  EngineOptions options;
  options.pictures = kLong;
  return options;
}

EngineOptions In(Precision precision) {
  EngineOptions options;
  options.precision = precision;
  return options;
}

struct Half {
  explicit Half(const std::string& body) : module(ModuleWithMaps(body)) {
    graph = FeaturesOfMaps(module);
  }
  DeviceFeatures With(const EngineOptions& options) const { return {graph, module, {}, options}; }

  torch::jit::Module module;
  std::shared_ptr<torch::jit::Graph> graph;
};

TEST(DeviceFeatures, GiveTheActivationsOfTheFileWhenFolded) {
  const Half half(kBody);
  auto features = half.With(LongRun());
  const at::Tensor expected = features.RunReference(SmallPictures(3)).activations;
  for (int run = 0; run < 3; ++run) {
    // Sums in another order and folded weights: some 1e-7 for each layer.
    EXPECT_LE(ShareOfMaximum(features.Run(SmallPictures(3)).activations, expected), 1e-5);
  }
  EXPECT_THAT(features.TakeNotes(), IsEmpty());
}

TEST(DeviceFeatures, HalfPrecisionIsCloseAndNotTheSame) {
  const Half half(kBody);
  for (const Precision precision : {Precision::kBfloat16, Precision::kFloat16}) {
    auto features = half.With(In(precision));
    const Features found = features.Run(SmallPictures(3));
    EXPECT_EQ(found.activations.scalar_type(), at::kFloat);
    const double share =
        ShareOfMaximum(found.activations, features.RunReference(SmallPictures(3)).activations);
    // 8 bits of precision, 2^-9 a rounding, for input, weights and two layers.
    EXPECT_LE(share, 0.05);
    EXPECT_GT(share, 0);
  }
}

TEST(DeviceFeatures, WhatCannotBeFoldedIsComputedAsTheFileHasItWithANote) {
  const Half half(
      "a = torch.conv2d(x, self.w, None, 1, 1)\nb = torch.relu(a)\n"
      "a[:, :2].mul_(-5)\nreturn b + a");
  auto features = half.With(LongRun());
  for (int run = 0; run < 2; ++run) {
    const Features found = features.Run(SmallPictures(3));
    EXPECT_TRUE(at::equal(found.activations, features.RunReference(SmallPictures(3)).activations));
  }
  EXPECT_THAT(features.TakeNotes(),
              ElementsAre(HasSubstr("engine 'libtorch, folded' cannot be used")));
  // In a precision that was asked for it is an error, every time.
  auto rounded = half.With(In(Precision::kBfloat16));
  for (int run = 0; run < 2; ++run) {
    EXPECT_THROW(static_cast<void>(rounded.Run(SmallPictures(3))), Error);
  }
}

// CUDA takes no others.
TEST(DeviceFeatures, LayerNormHasWeightsOfTheTypeOfItsInput) {
  const Half half(
      "a = torch.conv2d(x, self.w, None, 1, 1).permute(0, 2, 3, 1)\n"
      "a = torch.layer_norm(a, [4], self.fc[0], self.fc[1], 1e-5, True)\n"
      "return a.permute(0, 3, 1, 2)");
  auto features = half.With(In(Precision::kBfloat16));
  const at::Tensor found = features.Run(SmallPictures(2)).activations;
  const auto maps = half.module.attr("maps").toModule();
  const auto rounded = [&](const char* name) {
    return maps.attr(name).toTensor().to(at::kBFloat16);
  };
  const at::Tensor pictures =
      SmallPictures(2).to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor weights = rounded("w").contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor convolved = at::conv2d(pictures, weights, {}, 1, 1).permute({0, 2, 3, 1});
  const at::Tensor expected =
      at::layer_norm(convolved, {4}, rounded("fc")[0], rounded("fc")[1]).permute({0, 3, 1, 2});
  EXPECT_TRUE(at::equal(found, expected.to(at::kFloat)));
}

TEST(DeviceFeatures, AnOverflowIsLeftToWhoeverLooksAtTheMaps) {
  const Half half("return torch.relu(torch.conv2d(x, self.w, None, 1, 1) * 1e6)");
  auto features = half.With(In(Precision::kFloat16));
  EXPECT_FALSE(at::isfinite(features.Run(SmallPictures(2)).activations).all().item<bool>());
  EXPECT_TRUE(at::isfinite(features.RunReference(SmallPictures(2)).activations).all().item<bool>());
}

TEST(DeviceFeatures, AreComputedInLargeBatchesUnlessToldOtherwise) {
  const Half half(kBody);
  EXPECT_EQ(half.With(LongRun()).NextBatch(), 128);
  EngineOptions options = LongRun();
  options.batch = 5;
  EXPECT_EQ(half.With(options).NextBatch(), 5);
  options = LongRun();
  options.deterministic = true;
  EXPECT_EQ(half.With(options).NextBatch(), 1);
}

TEST(DeviceFeatures, RefuseTheEngineOfTheCpu) {
  const Half half(kBody);
  EngineOptions options;
  options.engine = Engine::kOpenvino;
  try {
    static_cast<void>(half.With(options));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("on the CPU only"));
  }
}

}  // namespace
}  // namespace gradcam
