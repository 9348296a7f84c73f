#include "model/engine/chosen_features.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Gives the picture times a factor as feature maps, and times another as a skip connection.
class Scaled final : public FeaturesEngine {
 public:
  explicit Scaled(double factor, double carried = 1) : factor_(factor), carried_(carried) {}
  Features Run(const at::Tensor& input) override {
    const c10::List<at::Tensor> list({input, input * carried_});
    return {.self = {},
            .activations = input * factor_,
            .carried = {input * carried_, list, std::int64_t{7}}};
  }

 private:
  double factor_;
  double carried_;
};

EngineCandidate CandidateOf(std::function<std::unique_ptr<FeaturesEngine>()> make) {
  return {.name = "other",
          .engine = Engine::kLibtorch,
          .make = std::move(make),
          .preparation = 0,
          .limit = 1e-3,
          .make_float32 = {}};
}

constexpr int kMany = 1000000;

ChosenFeatures Choose(EngineCandidate candidate, int pictures = kMany) {
  std::vector<EngineCandidate> candidates;
  candidates.push_back(std::move(candidate));
  return {std::make_unique<Scaled>(1), std::move(candidates), EngineTrial({{0, 2}, {1, 4}}),
          pictures, "hint"};
}

// The candidate alone has a way: the reference is for comparison.
ChosenFeatures AskFor(EngineCandidate candidate) {
  std::vector<EngineCandidate> candidates;
  candidates.push_back(std::move(candidate));
  return {std::make_unique<Scaled>(1), std::move(candidates),
          EngineTrial({{.engine = 1, .batch = 4}}), kMany, "hint"};
}

const at::Tensor& Pictures(std::int64_t count) {
  static at::Tensor pictures;
  pictures = at::ones({count, 3, 2, 2});
  return pictures;
}

// The first value of the first map, after the reference has had its two batches.
float ValueAfterTheReference(ChosenFeatures& features) {
  for (int i = 0; i < 2; ++i) static_cast<void>(features.Run(Pictures(2)));
  return features.Run(Pictures(4)).activations.flatten()[0].item<float>();
}

TEST(ChosenFeatures, AnEngineThatAgreesTakesItsTurn) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(1.0005); }));
  EXPECT_EQ(features.NextBatch(), 2);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0005F);
  EXPECT_EQ(features.NextBatch(), 4);
  EXPECT_THAT(features.TakeNotes(), IsEmpty());
}

TEST(ChosenFeatures, AnEngineThatDiffersIsPassedOverWithANote) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(1.01); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(), ElementsAre(HasSubstr("engine 'other' cannot run this network: "
                                                          "its feature maps differ")));
}

TEST(ChosenFeatures, WhatElseCrossesTheCutIsComparedToo) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(1, 1.5); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(), ElementsAre(HasSubstr("its feature maps differ")));
}

TEST(ChosenFeatures, AnEngineInHalfPrecisionIsComparedInFloat32First) {
  auto candidate = CandidateOf([] { return std::make_unique<Scaled>(1.3); });
  candidate.limit = 0.9;
  candidate.make_float32 = [] { return std::make_unique<Scaled>(1.3); };
  auto features = Choose(candidate);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  candidate.make_float32 = [] { return std::make_unique<Scaled>(1); };
  auto rounded = Choose(candidate);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(rounded), 1.3F);
}

TEST(ChosenFeatures, AnEngineThatCannotBeMadeIsPassedOverWithANote) {
  auto features = Choose(CandidateOf(
      []() -> std::unique_ptr<FeaturesEngine> { throw std::runtime_error("unknown operator"); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(), ElementsAre(HasSubstr("unknown operator")));
}

TEST(ChosenFeatures, NumbersThatAreNotFiniteAreADifference) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(INFINITY); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
}

TEST(ChosenFeatures, ItIsAnErrorThatNoWayIsLeft) {
  auto features = AskFor(CandidateOf([] { return std::make_unique<Scaled>(2); }));
  try {
    static_cast<void>(features.Run(Pictures(4)));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("engine 'other' cannot run this network"));
    EXPECT_EQ(error.hint(), "hint");
  }
}

TEST(ChosenFeatures, AnEngineWhosePreparationDoesNotPayGetsNoTurn) {
  auto candidate = CandidateOf([] { return std::make_unique<Scaled>(1.0005); });
  candidate.preparation = 3600;
  auto features = Choose(candidate, /*pictures=*/100);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(), IsEmpty());
  // Unless it was asked for.
  auto asked = AskFor(candidate);
  EXPECT_FLOAT_EQ(asked.Run(Pictures(4)).activations.flatten()[0].item<float>(), 1.0005F);
}

}  // namespace
}  // namespace gradcam
