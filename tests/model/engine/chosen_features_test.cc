#include "model/engine/chosen_features.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "model/engine/scaled_features.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

EngineSource SourceOf(std::function<std::unique_ptr<FeaturesEngine>()> make) {
  return {.name = "other",
          .make = std::move(make),
          .is_kept = {},
          .take_kept = {},
          .forget_kept = {},
          .limit = 1e-3,
          .otherwise = nullptr,
          .float32 = nullptr};
}

EngineCandidate CandidateOf(std::function<std::unique_ptr<FeaturesEngine>()> make) {
  return {.source = SourceOf(std::move(make)),
          .engine = Engine::kLibtorch,
          .saving = 0.25,
          .preparation = 0,
          .preparation_if_kept = 0,
          .is_first_if_kept = false};
}

constexpr int kMany = 1000000;

ChosenFeatures Choose(EngineCandidate candidate, int pictures = kMany) {
  std::vector<EngineCandidate> candidates;
  candidates.push_back(std::move(candidate));
  return {std::make_unique<Scaled>(1), std::move(candidates), EngineTrial({{0, 2}, {1, 4}}),
          pictures, "hint"};
}

// The candidate alone has a way: the reference is for comparison.
ChosenFeatures CompareWith(std::unique_ptr<FeaturesEngine> reference, EngineCandidate candidate) {
  std::vector<EngineCandidate> candidates;
  candidates.push_back(std::move(candidate));
  return {std::move(reference), std::move(candidates), EngineTrial({{.engine = 1, .batch = 4}}),
          kMany, "hint"};
}

ChosenFeatures AskFor(EngineCandidate candidate) {
  return CompareWith(std::make_unique<Scaled>(1), std::move(candidate));
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
  EXPECT_THAT(features.TakeNotes(), IsEmpty());  // it is to be seen yet who is faster
}

TEST(ChosenFeatures, AnEngineIsComparedByFewPictures) {
  ChosenFeatures features = AskFor(CandidateOf([] { return std::make_unique<Scaled>(1); }));
  EXPECT_EQ(features.NextBatch(), 2);
  static_cast<void>(features.Run(Pictures(2)));
  EXPECT_EQ(features.NextBatch(), 4);
}

class Counting final : public FeaturesEngine {
 public:
  explicit Counting(int& returns) : returns_(returns) {}
  Features Run(const at::Tensor& input) override { return Scaled(1).Run(input); }
  void ReturnMemory() override { ++returns_; }

 private:
  int& returns_;
};

TEST(ChosenFeatures,
     TheReferenceGivesItsMemoryBackAroundTheMakingOfAnotherEngineAndWhenOneIsChosen) {
  int returns = 0;
  int returns_when_made = 0;
  auto features = CompareWith(std::make_unique<Counting>(returns), CandidateOf([&] {
                                returns_when_made = returns;
                                return std::make_unique<Scaled>(1);
                              }));
  static_cast<void>(features.Run(Pictures(2)));
  EXPECT_EQ(returns_when_made, 1);
  EXPECT_EQ(returns, 3);
}

TEST(ChosenFeatures, AReferenceThatIsChosenKeepsItsMemory) {
  int returns = 0;
  ChosenFeatures features(std::make_unique<Counting>(returns), {},
                          EngineTrial({{.engine = 0, .batch = 1}}), kMany, "hint");
  static_cast<void>(features.Run(Pictures(1)));
  EXPECT_EQ(returns, 0);
}

// Counts the batches that it computes.
class CountingRuns final : public FeaturesEngine {
 public:
  enum class HandsOver { kActivations, kMore };
  CountingRuns(int& runs, HandsOver what) : runs_(runs), what_(what) {}
  Features Run(const at::Tensor& input) override {
    ++runs_;
    Features features = Scaled(1).Run(input);
    if (what_ == HandsOver::kActivations) features.carried.clear();
    return features;
  }

 private:
  int& runs_;
  HandsOver what_;
};

class ReferenceOf : public testing::Test {
 protected:
  ChosenFeatures Features(CountingRuns::HandsOver what) {
    return CompareWith(std::make_unique<CountingRuns>(runs_, what), CandidateOf([this, what] {
                         return std::make_unique<CountingRuns>(candidate_runs_, what);
                       }));
  }

  int runs_ = 0;
  int candidate_runs_ = 0;
};

TEST_F(ReferenceOf, TheSamePicturesIsComputedOnce) {
  auto features = Features(CountingRuns::HandsOver::kActivations);
  const at::Tensor pictures = at::ones({2, 3, 2, 2});
  static_cast<void>(features.RunReference(pictures.slice(0, 1)));  // one of them is another batch
  static_cast<void>(features.RunReference(pictures.slice(0, 0)));
  EXPECT_EQ(runs_, 2);
  static_cast<void>(features.Run(pictures));
  EXPECT_EQ(candidate_runs_, 1);
  EXPECT_EQ(runs_, 2);
}

TEST_F(ReferenceOf, EqualPicturesElsewhereIsComputedForThem) {
  auto features = Features(CountingRuns::HandsOver::kActivations);
  const at::Tensor pictures = at::ones({2, 3, 2, 2});
  static_cast<void>(features.RunReference(pictures));
  static_cast<void>(features.RunReference(pictures.clone()));
  EXPECT_EQ(runs_, 2);
}

TEST_F(ReferenceOf, PicturesWhoseHeadMayHaveWrittenToItIsComputedAgain) {
  auto features = Features(CountingRuns::HandsOver::kMore);
  const at::Tensor pictures = at::ones({2, 3, 2, 2});
  static_cast<void>(features.RunReference(pictures));
  static_cast<void>(features.Run(pictures));
  EXPECT_EQ(runs_, 2);
}

TEST_F(ReferenceOf, TheSamePicturesIsComputedAgainAfterAFirstRun) {
  auto features = Features(CountingRuns::HandsOver::kActivations);
  const at::Tensor pictures = at::ones({2, 3, 2, 2});
  static_cast<void>(features.Run(pictures));
  static_cast<void>(features.RunReference(pictures));
  EXPECT_EQ(runs_, 2);
}

// It may hold state or draw random numbers.
TEST_F(ReferenceOf, TheSamePicturesIsComputedAgainWhereNoOtherEngineIsToCompare) {
  ChosenFeatures features(
      std::make_unique<CountingRuns>(runs_, CountingRuns::HandsOver::kActivations), {},
      EngineTrial({{.engine = 0, .batch = 1}}), kMany, "hint");
  const at::Tensor pictures = at::ones({2, 3, 2, 2});
  for (int i = 0; i < 2; ++i) static_cast<void>(features.RunReference(pictures));
  EXPECT_EQ(runs_, 2);
}

TEST(ChosenFeatures, AnEngineThatDiffersIsPassedOverWithANote) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(1.01); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(),
              ElementsAre(HasSubstr("engine 'other' cannot be used: its feature maps differ"),
                          HasSubstr("engine 'libtorch' is used, up to 2 pictures at a time, ")));
}

TEST(ChosenFeatures, WhatElseCrossesTheCutIsComparedToo) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(1, 1.5); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(), Contains(HasSubstr("its feature maps differ")));
}

TEST(ChosenFeatures, AnEngineThatCannotBeMadeIsPassedOverWithANote) {
  auto features = Choose(CandidateOf(
      []() -> std::unique_ptr<FeaturesEngine> { throw std::runtime_error("unknown operator"); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(), Contains(HasSubstr("unknown operator")));
}

TEST(ChosenFeatures, NumbersThatAreNotFiniteAreADifference) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(INFINITY); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
}

TEST(ChosenFeatures, ItIsAnErrorThatNoWayIsLeftEveryTime) {
  auto features = AskFor(CandidateOf([] { return std::make_unique<Scaled>(2); }));
  for (int picture = 0; picture < 2; ++picture) {
    try {
      static_cast<void>(features.Run(Pictures(4)));
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_THAT(error.what(), HasSubstr("engine 'other' cannot be used"));
      EXPECT_EQ(error.hint(), "hint");
    }
    EXPECT_EQ(features.NextBatch(), 2);
  }
}

// Differs for pictures of numbers above 1.
class RightForSome final : public FeaturesEngine {
 public:
  Features Run(const at::Tensor& input) override {
    return Scaled(input.max().item<float>() > 1 ? 2 : 1.0005).Run(input);
  }
};

TEST(ChosenFeatures, TheLastWayGetsTheNextPicture) {
  auto features = AskFor(CandidateOf([] { return std::make_unique<RightForSome>(); }));
  EXPECT_THROW(static_cast<void>(features.Run(Pictures(4) * 2)), Error);
  EXPECT_FLOAT_EQ(features.Run(Pictures(4)).activations.flatten()[0].item<float>(), 1.0005F);
}

// Gives every picture what it gives for the first one of its batch, doubled where there are
// several.
class WrongForSeveral final : public FeaturesEngine {
 public:
  Features Run(const at::Tensor& input) override {
    return Scaled(input.size(0) > 1 ? 2 : 1.0005).Run(input);
  }
};

TEST(ChosenFeatures, AnEngineThatWasComparedByOnePictureIsComparedByTheFirstSeveral) {
  auto features = Choose(CandidateOf([] { return std::make_unique<WrongForSeveral>(); }));
  for (int i = 0; i < 2; ++i) static_cast<void>(features.Run(Pictures(2)));
  EXPECT_FLOAT_EQ(features.Run(Pictures(1)).activations.flatten()[0].item<float>(), 1.0005F);
  EXPECT_EQ(features.NextBatch(), 2);
  EXPECT_FLOAT_EQ(features.Run(Pictures(2)).activations.flatten()[0].item<float>(), 1);
  EXPECT_THAT(features.TakeNotes(), Contains(HasSubstr("its feature maps differ")));
  // Asked for, it is an error of that batch.
  auto asked = AskFor(CandidateOf([] { return std::make_unique<WrongForSeveral>(); }));
  static_cast<void>(asked.Run(Pictures(1)));
  EXPECT_THROW(static_cast<void>(asked.Run(Pictures(3))), Error);
  EXPECT_FLOAT_EQ(asked.Run(Pictures(1)).activations.flatten()[0].item<float>(), 1.0005F);
}

TEST(ChosenFeatures, AnEngineThatIsRightForSeveralGetsWholeBatchesFromThenOn) {
  auto features = AskFor(CandidateOf([] { return std::make_unique<Scaled>(1.0005); }));
  static_cast<void>(features.Run(Pictures(1)));
  EXPECT_EQ(features.NextBatch(), 2);
  static_cast<void>(features.Run(Pictures(2)));
  EXPECT_EQ(features.NextBatch(), 4);
}

// Has memory for two pictures.
class Small final : public FeaturesEngine {
 public:
  Features Run(const at::Tensor& input) override {
    if (input.size(0) > 2) throw std::bad_alloc();
    return Scaled(1.0005).Run(input);
  }
};

TEST(ChosenFeatures, TheLastWayMayNeedASmallerBatch) {
  auto features = AskFor(CandidateOf([] { return std::make_unique<Small>(); }));
  EXPECT_THROW(static_cast<void>(features.Run(Pictures(4))), std::bad_alloc);
  EXPECT_FLOAT_EQ(features.Run(Pictures(2)).activations.flatten()[0].item<float>(), 1.0005F);
  // Where there is another way, that takes all of them.
  auto other = Choose(CandidateOf([] { return std::make_unique<Small>(); }));
  EXPECT_FLOAT_EQ(ValueAfterTheReference(other), 1.0F);
}

TEST(ChosenFeatures, AnEngineWhosePreparationDoesNotPayGetsNoTurn) {
  auto candidate = CandidateOf([] { return std::make_unique<Scaled>(1.0005); });
  candidate.preparation = 3600;
  auto features = Choose(candidate, /*pictures=*/100);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0F);
  EXPECT_THAT(features.TakeNotes(),
              ElementsAre(HasSubstr("engine 'other' is not tried"),
                          HasSubstr("engine 'libtorch' is used, up to 2 pictures at a time, ")));
  // Unless it was asked for.
  auto asked = AskFor(candidate);
  EXPECT_FLOAT_EQ(asked.Run(Pictures(4)).activations.flatten()[0].item<float>(), 1.0005F);
}

// Takes a hundredth of a second for a picture.
class Slow final : public FeaturesEngine {
 public:
  Features Run(const at::Tensor& input) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(10 * input.size(0)));
    return Scaled(1).Run(input);
  }
};

// What a run of so many pictures notes whose reference is slow and whose first candidate is not,
// once that one is measured.
std::vector<std::string> NotesBehindAFastEngine(int pictures) {
  std::vector<EngineCandidate> candidates(
      2, CandidateOf([] { return std::make_unique<Scaled>(1.0005); }));
  candidates.back().source.name = "third";
  ChosenFeatures features(std::make_unique<Slow>(), std::move(candidates),
                          EngineTrial({{0, 1}, {1, 4}, {2, 4}}), pictures, "hint");
  for (int i = 0; i < 2; ++i) static_cast<void>(features.Run(Pictures(1)));
  for (int i = 0; i < 2; ++i) static_cast<void>(features.Run(Pictures(4)));
  return features.TakeNotes();
}

TEST(ChosenFeatures, AnEngineThatMayBeAsSlowAsTheReferenceIsTriedInLongRunsOnly) {
  EXPECT_THAT(NotesBehindAFastEngine(/*pictures=*/100),
              ElementsAre("engine 'third' is not tried: so few pictures do not pay for it",
                          HasSubstr("engine 'other' is used")));
  EXPECT_THAT(NotesBehindAFastEngine(/*pictures=*/100 * kMany), IsEmpty());
}

TEST(ChosenFeatures, WhatWasPreparedEarlierPaysInAShorterRun) {
  auto candidate = CandidateOf([] { return std::make_unique<Scaled>(1.0005); });
  candidate.preparation = 3600;
  bool is_kept = true;
  candidate.source.is_kept = [&](const at::Tensor& input) { return is_kept && input.size(2) == 2; };
  auto features = Choose(candidate, /*pictures=*/100);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(features), 1.0005F);
  candidate.preparation_if_kept = 3600;
  auto still_long = Choose(candidate, /*pictures=*/100);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(still_long), 1.0F);
  candidate.preparation_if_kept = 0;
  is_kept = false;
  auto nothing_kept = Choose(candidate, /*pictures=*/100);
  EXPECT_FLOAT_EQ(ValueAfterTheReference(nothing_kept), 1.0F);
}

// Candidate `name`, which was kept and has its turn before the others for it.
EngineCandidate KeptCandidate(const std::string& name, double factor) {
  const auto take = [=] { return std::make_unique<Scaled>(factor); };
  auto candidate = CandidateOf(take);
  candidate.source.name = name;
  candidate.source.is_kept = [](const at::Tensor& input) { return input.size(2) == 2; };
  candidate.source.take_kept = [=](const at::Tensor&) { return take(); };
  candidate.is_first_if_kept = true;
  return candidate;
}

class KeptFirst : public testing::Test {
 protected:
  // Of a run without a way for the reference, whose other candidate takes `preparation` seconds.
  static ChosenFeatures Run(double preparation) {
    std::vector<EngineCandidate> candidates;
    candidates.push_back(CandidateOf([] { return std::make_unique<Scaled>(1.0003); }));
    candidates.back().preparation = preparation;
    candidates.push_back(KeptCandidate("kept", 1.0005));
    return {std::make_unique<Scaled>(1), std::move(candidates), EngineTrial({{1, 4}, {2, 4}}),
            kMany, "hint"};
  }

  static float FirstValue(ChosenFeatures& features, std::int64_t pictures) {
    return features.Run(Pictures(pictures)).activations.flatten()[0].item<float>();
  }
};

TEST_F(KeptFirst, HasItsTurnBeforeTheOthers) {
  auto features = Run(/*preparation=*/0);
  EXPECT_EQ(features.NextBatch(), 2);
  for (const int pictures : {2, 4, 4}) {
    EXPECT_FLOAT_EQ(FirstValue(features, pictures), 1.0005F);
  }
  EXPECT_FLOAT_EQ(FirstValue(features, 2), 1.0003F);
}

TEST_F(KeptFirst, SparesTheOthersTheirTurnIfThatDoesNotPay) {
  auto features = Run(/*preparation=*/1e9);
  for (const int pictures : {2, 4, 4, 4}) {
    EXPECT_FLOAT_EQ(FirstValue(features, pictures), 1.0005F);
  }
  EXPECT_THAT(features.TakeNotes(),
              ElementsAre("engine 'other' is not tried: so few pictures do not pay for it",
                          HasSubstr("engine 'kept' is used")));
}

TEST_F(KeptFirst, WaitsItsTurnWhereNothingIsKept) {
  auto features = Run(/*preparation=*/0);
  const auto wide = at::ones({2, 3, 2, 2}).repeat({1, 1, 2, 1});
  EXPECT_FLOAT_EQ(features.Run(wide).activations.flatten()[0].item<float>(), 1.0003F);
}

// Throws from its second run on.
class Breaking final : public FeaturesEngine {
 public:
  Features Run(const at::Tensor& input) override {
    if (++runs_ > 1) throw std::runtime_error("out of luck");
    return Scaled(1.0005).Run(input);
  }

 private:
  int runs_ = 0;
};

TEST(ChosenFeatures, AnEngineThatBreaksLaterIsPassedOverForTheRest) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Breaking>(); }));
  for (int i = 0; i < 2; ++i) static_cast<void>(features.Run(Pictures(2)));
  EXPECT_FLOAT_EQ(features.Run(Pictures(4)).activations.flatten()[0].item<float>(), 1.0005F);
  EXPECT_FLOAT_EQ(features.Run(Pictures(4)).activations.flatten()[0].item<float>(), 1);
  EXPECT_EQ(features.NextBatch(), 2);
  EXPECT_THAT(features.TakeNotes(),
              ElementsAre(HasSubstr("engine 'other' cannot be used: out of luck"),
                          HasSubstr("engine 'libtorch' is used")));
  // Asked for, it is an error.
  auto asked = AskFor(CandidateOf([] { return std::make_unique<Breaking>(); }));
  static_cast<void>(asked.Run(Pictures(4)));
  EXPECT_THROW(static_cast<void>(asked.Run(Pictures(4))), std::runtime_error);
}

// Refuses numbers above 1, as the reference does here.
class Refusing final : public FeaturesEngine {
 public:
  Features Run(const at::Tensor& input) override {
    if (input.max().item<float>() > 1) throw std::runtime_error("bad picture");
    return Scaled(1).Run(input);
  }
};

TEST(ChosenFeatures, APictureThatNobodyCanComputeIsNotTheEnginesFault) {
  std::vector<EngineCandidate> candidates;
  candidates.push_back(CandidateOf([] { return std::make_unique<Refusing>(); }));
  ChosenFeatures features(std::make_unique<Refusing>(), std::move(candidates),
                          EngineTrial({{.engine = 1, .batch = 4}, {.engine = 0, .batch = 2}}),
                          kMany, "hint");
  EXPECT_THROW(static_cast<void>(features.Run(Pictures(4) * 2)), std::runtime_error);
  static_cast<void>(features.Run(Pictures(4)));
  EXPECT_THROW(static_cast<void>(features.Run(Pictures(4) * 2)), std::runtime_error);
  EXPECT_THAT(features.TakeNotes(), IsEmpty());
  EXPECT_EQ(features.NextBatch(), 4);
}

TEST(ChosenFeatures, NumbersOfAnotherTypeAreADifference) {
  class Doubles final : public FeaturesEngine {
    Features Run(const at::Tensor& input) override {
      auto features = Scaled(1).Run(input);
      features.carried.front() = input.to(at::kDouble);
      return features;
    }
  };
  auto features = Choose(CandidateOf([] { return std::make_unique<Doubles>(); }));
  static_cast<void>(ValueAfterTheReference(features));
  EXPECT_THAT(features.TakeNotes(), Contains(HasSubstr("its feature maps differ")));
}

TEST(ChosenFeatures, NoteWhichWayIsUsedAndHowFastTheOthersWere) {
  auto features = Choose(CandidateOf([] { return std::make_unique<Scaled>(1.0005); }));
  for (int i = 0; i < 2; ++i) static_cast<void>(features.Run(Pictures(2)));
  for (int i = 0; i < 3; ++i) static_cast<void>(features.Run(Pictures(4)));
  EXPECT_THAT(
      features.TakeNotes(),
      ElementsAre(AllOf(StartsWith("engine '"), HasSubstr("' is used, up to "),
                        HasSubstr(" ms each; '"), HasSubstr("'other'"), HasSubstr("'libtorch'"))));
}

TEST(ChosenFeatures, NoteTheOnlyWayAtOnce) {
  ChosenFeatures features(std::make_unique<Scaled>(1), {}, EngineTrial({{.engine = 0, .batch = 1}}),
                          1, "");
  static_cast<void>(features.Run(Pictures(1)));
  EXPECT_THAT(features.TakeNotes(),
              ElementsAre("engine 'libtorch' is used, one picture at a time"));
}

}  // namespace
}  // namespace gradcam
