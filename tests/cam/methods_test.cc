#include "cam/methods.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

// A network that can be worked out by hand: input 0...15 as [1, 1, 4, 4], convolution 1 -> 2 of
// 3x3, all weights 1, biases (-50, -75); ReLU; flatten; a linear layer whose rows are (1, 1, 1, 1,
// 1, -1, -1, -1), so the logit's gradient at the ReLU is that row. The 3x3 sums are 45, 54, 81, 90.
const at::Tensor kConvolution =
    at::tensor({-5.0F, 4.0F, 31.0F, 40.0F, -30.0F, -21.0F, 6.0F, 15.0F}).view({1, 2, 2, 2});
const at::Tensor kLinearRow =
    at::tensor({1.0F, 1.0F, 1.0F, 1.0F, 1.0F, -1.0F, -1.0F, -1.0F}).view({1, 2, 2, 2});

at::Tensor Cells(std::array<float, 4> values) {
  return at::tensor(at::ArrayRef<float>(values)).view({1, 2, 2});
}

// Two channels: the mean over channels is half of the sum that other tools give.
constexpr float kChannelCount = 2;

TEST(GradCam, GivesTheAnalyticMapAtTheRelu) {
  const at::Tensor activations = kConvolution.relu();
  const at::Tensor map = GradCam(activations, kLinearRow);
  // Weights (1, -0.5); 40 - 7.5 = 32.5.
  EXPECT_TRUE(at::equal(map, Cells({0, 4, 28, 32.5F}) / kChannelCount)) << map;
}

TEST(GradCam, GivesTheAnalyticMapAtTheConvolution) {
  const at::Tensor gradients = kLinearRow * (kConvolution > 0);
  const at::Tensor map = GradCam(kConvolution, gradients);
  // Weights (0.75, -0.5); -3.75 + 15 = 11.25.
  EXPECT_TRUE(at::equal(map, Cells({11.25F, 13.5F, 20.25F, 22.5F}) / kChannelCount)) << map;
}

TEST(GradCam, AgreesWithAutogradOfTheHandMadeNetwork) {
  const at::Tensor input = at::arange(16, at::kFloat).view({1, 1, 4, 4});
  const at::Tensor convolution =
      at::conv2d(input, at::ones({2, 1, 3, 3}), at::tensor({-50.0F, -75.0F}));
  EXPECT_TRUE(at::equal(convolution, kConvolution)) << convolution;
  at::Tensor leaf = convolution.detach().set_requires_grad(true);
  const at::Tensor logit = (leaf.relu() * kLinearRow).sum();
  EXPECT_EQ(logit.item<float>(), 54);
  logit.backward();
  const at::Tensor map = GradCam(leaf.detach(), leaf.grad());
  EXPECT_TRUE(at::equal(map, Cells({11.25F, 13.5F, 20.25F, 22.5F}) / kChannelCount)) << map;
}

TEST(GradCam, KeepsNegativeEvidence) {
  const at::Tensor map = GradCam(kConvolution.relu(), -kLinearRow);
  EXPECT_TRUE(at::equal(map, Cells({0, -4, -28, -32.5F}) / kChannelCount)) << map;
}

TEST(GradCam, TreatsEveryPictureOfABatchAlone) {
  const at::Tensor activations = at::cat({kConvolution.relu(), kConvolution});
  const at::Tensor gradients = at::cat({kLinearRow, kLinearRow * (kConvolution > 0)});
  const at::Tensor maps = GradCam(activations, gradients);
  EXPECT_TRUE(at::equal(maps.narrow(0, 0, 1), GradCam(kConvolution.relu(), kLinearRow)));
  EXPECT_TRUE(at::equal(maps.narrow(0, 1, 1), Cells({11.25F, 13.5F, 20.25F, 22.5F}) / 2));
}

TEST(GradCam, RefusesGradientsOfAnotherShape) {
  EXPECT_THROW(static_cast<void>(GradCam(at::ones({1, 2, 2, 2}), at::ones({1, 2, 1, 1}))), Error);
  EXPECT_THROW(static_cast<void>(GradCam(at::ones({2, 2}), at::ones({2, 2}))), Error);
}

TEST(ActivationSaliency, IsTheMeanOverTheChannels) {
  const at::Tensor map = ActivationSaliency(kConvolution);
  EXPECT_TRUE(at::equal(map, Cells({-17.5F, -8.5F, 18.5F, 27.5F}))) << map;
  EXPECT_THROW(static_cast<void>(ActivationSaliency(at::ones({2, 2, 2}))), Error);
}

}  // namespace
}  // namespace gradcam
