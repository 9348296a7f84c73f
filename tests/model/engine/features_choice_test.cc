#include "model/engine/features_choice.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "gradcam/error.h"
#include "model/engine/small_features.h"
#include "model/graph/run_effects.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<ChosenFeatures> Choose(const EngineOptions& options, RunEffects effects = {}) {
  const auto module = ModuleWithMaps("return torch.relu(torch.conv2d(x, self.w))");
  return ChooseFeatures(FeaturesOfMaps(module), module, effects, "maps", options);
}

EngineOptions OptionsOf(Engine engine, int pictures) {
  EngineOptions options;
  options.engine = engine;
  options.pictures = pictures;
  return options;
}

EngineOptions Bfloat16() {
  EngineOptions options;
  options.engine = Engine::kLibtorch;
  options.precision = Precision::kBfloat16;
  return options;
}

// How many pictures each of the first batches is to hold.
std::vector<int> Batches(const EngineOptions& options, int count) {
  const auto features = Choose(options);
  std::vector<int> batches;
  for (int i = 0; i < count; ++i) {
    batches.push_back(features->NextBatch());
    static_cast<void>(features->Run(SmallPictures(batches.back())));
  }
  return batches;
}

TEST(CompilationSeconds, GrowFasterThanTheNetwork) {
  EXPECT_DOUBLE_EQ(CompilationSeconds(10), 0.5);
  EXPECT_DOUBLE_EQ(CompilationSeconds(1000), 4.5);  // 1.5 + 3
  EXPECT_DOUBLE_EQ(CompilationSeconds(4000), 54);   // 6 + 48
}

TEST(ChooseFeatures, ComputesOnePictureAsTheFileHasIt) {
  EXPECT_THAT(Batches({}, 1), ElementsAre(1));
}

TEST(ChooseFeatures, TriesLibTorchOneByOneAsItIsAndThenFusedInEightsAndOneByOne) {
  // The first run of the fused engine is of the two pictures by which it is compared.
  EXPECT_THAT(Batches(OptionsOf(Engine::kLibtorch, 1000), 7), ElementsAre(1, 1, 2, 8, 8, 1, 1));
}

TEST(ChooseFeatures, TriesNothingInAShortRunByLibTorch) {
  EXPECT_THAT(Batches(OptionsOf(Engine::kLibtorch, 20), 4), ElementsAre(1, 1, 1, 1));
}

TEST(ChooseFeatures, KeepsToTheBatchThatWasAskedFor) {
  EngineOptions options = OptionsOf(Engine::kLibtorch, 1000);
  options.batch = 4;
  EXPECT_THAT(Batches(options, 6), ElementsAre(4, 4, 2, 4, 4, 4));
}

TEST(ChooseFeatures, TriesLargeBatchesInEights) {
  EngineOptions options = OptionsOf(Engine::kLibtorch, 1000);
  options.batch = 20;
  // The first run of the fused engine is of the two pictures by which it is compared.
  EXPECT_THAT(Batches(options, 6), ElementsAre(8, 8, 2, 8, 8, 20));
}

TEST(ChooseFeatures, GivesTheOnlyEngineWholeBatches) {
  EngineOptions options = OptionsOf(Engine::kLibtorch, 20);
  options.batch = 20;
  EXPECT_THAT(Batches(options, 2), ElementsAre(20, 20));
}

TEST(ChooseFeatures, TriesNothingAndComputesOneByOneIfDeterministic) {
  EngineOptions options = OptionsOf(Engine::kAuto, 1000);
  options.deterministic = true;
  EXPECT_THAT(Batches(options, 4), ElementsAre(1, 1, 1, 1));
  options.batch = 4;
  EXPECT_THAT(Batches(options, 4), ElementsAre(1, 1, 1, 1));
}

// Only batches bring the speed, and the reference is no way to run.
TEST(ChooseFeatures, ComputesHalfPrecisionInEightsFromTheBeginning) {
  EXPECT_THAT(Batches(Bfloat16(), 3), ElementsAre(2, 8, 8));
}

TEST(ChooseFeatures, NotesWhatWasTried) {
  const auto features = Choose(OptionsOf(Engine::kLibtorch, 1000));
  for (int i = 0; i < 7; ++i) {
    static_cast<void>(features->Run(SmallPictures(features->NextBatch())));
  }
  EXPECT_THAT(features->TakeNotes(),
              ElementsAre(AllOf(HasSubstr("' is used"), HasSubstr("'libtorch'"),
                                HasSubstr("'libtorch, fused, channels-last'"))));
}

// oneDNN adds no tensors of two shapes: there the addition is LibTorch's.
TEST(ChooseFeatures, ComputesAnAdditionOfTwoShapesInHalfPrecision) {
  const auto module = ModuleWithMaps(
      "a = torch.relu(torch.conv2d(x, self.w, None, 1, 1))\n"
      "return torch.conv2d(a.mean([2, 3], True), self.v[:, :, :1, :1]) + torch.sigmoid(a)");
  const auto features = ChooseFeatures(FeaturesOfMaps(module), module, {}, "maps", Bfloat16());
  const auto expected = features->RunReference(SmallPictures(2)).activations;
  // 8 bits of precision, 2^-9 a rounding, for input, weights and each of a few layers.
  EXPECT_LE(ShareOfMaximum(features->Run(SmallPictures(2)).activations, expected), 0.05);
}

// Whichever picture is the first, it is not judged by what half precision loses.
TEST(ChooseFeatures, ComparesADeterministicRunInFloat32Only) {
  // 1 + 2^-12 is 1 in bfloat16, so that nothing is left of the difference.
  const auto module =
      ModuleWithMaps("a = torch.conv2d(x, self.w).abs() * 0 + 1\nreturn (a + 0.000244140625) - a");
  EngineOptions options = Bfloat16();
  EXPECT_THROW(static_cast<void>(ChooseFeatures(FeaturesOfMaps(module), module, {}, "maps", options)
                                     ->Run(SmallPictures(1))),
               Error);
  options.deterministic = true;
  const auto features = ChooseFeatures(FeaturesOfMaps(module), module, {}, "maps", options);
  EXPECT_EQ(features->Run(SmallPictures(1)).activations.max().item<float>(), 0);
}

TEST(ChooseFeatures, RefusesHalfPrecisionOfANetworkWithStateOrRandomNumbers) {
  EXPECT_THROW(static_cast<void>(Choose(Bfloat16(), {.draws_random_numbers = true})), Error);
  EXPECT_THROW(static_cast<void>(Choose(Bfloat16(), {.writes_module = true})), Error);
  EXPECT_EQ(Choose(OptionsOf(Engine::kAuto, 1000), {.writes_module = true})->NextBatch(), 1);
}

}  // namespace
}  // namespace gradcam
