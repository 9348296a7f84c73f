#include "model/engine/engine_trial.h"

#include <gtest/gtest.h>

#include <optional>

namespace gradcam {
namespace {

constexpr EngineWay kReference{.engine = 0, .batch = 8};
constexpr EngineWay kFused{.engine = 1, .batch = 8};
constexpr EngineWay kFusedAlone{.engine = 1, .batch = 1};

// Gives every batch the seconds a picture of its way and returns the ways that were taken.
std::vector<EngineWay> Play(EngineTrial& trial, double reference, double fused, double alone) {
  std::vector<EngineWay> taken;
  while (!trial.is_decided()) {
    const EngineWay way = trial.Next();
    taken.push_back(way);
    const double each = way == kReference ? reference : way == kFused ? fused : alone;
    trial.Record(way, way.batch, each * way.batch);
  }
  return taken;
}

TEST(EngineTrial, GivesEveryWayABatchToWarmUpAndOneThatCounts) {
  EngineTrial trial({kReference, kFused, kFusedAlone});
  EXPECT_EQ(Play(trial, 3, 2, 2.5), (std::vector<EngineWay>{kReference, kReference, kFused, kFused,
                                                            kFusedAlone, kFusedAlone}));
}

TEST(EngineTrial, GivesTheEngineThatWasPutFirstItsTurnFirst) {
  EngineTrial trial({kReference, kFused, kFusedAlone});
  trial.PutFirst(1);
  EXPECT_EQ(Play(trial, 3, 2, 2.5), (std::vector<EngineWay>{kFused, kFused, kFusedAlone,
                                                            kFusedAlone, kReference, kReference}));
}

TEST(EngineTrial, TriesLargeBatchesInSmallerOnes) {
  const EngineWay reference{.engine = 0, .batch = 100};
  const EngineWay fused{.engine = 1, .batch = 100};
  EngineTrial trial({reference, fused}, /*largest_batch=*/4);
  EXPECT_EQ(trial.PicturesToTry(1), 8);
  for (const EngineWay& way : {reference, reference, fused, fused}) {
    ASSERT_EQ(trial.Next(), way);
    ASSERT_EQ(trial.NextBatch(), 4);
    trial.Record(way, 4, way == fused ? 1 : 2);
  }
  EXPECT_EQ(trial.Next(), fused);
  EXPECT_EQ(trial.NextBatch(), 100);
}

TEST(EngineTrial, GivesTheOnlyWayItsWholeBatch) {
  EngineTrial trial({{.engine = 0, .batch = 100}, kFused}, /*largest_batch=*/4);
  trial.Exclude(1);
  EXPECT_EQ(trial.NextBatch(), 100);
}

TEST(EngineTrial, ChoosesTheFastestAPicture) {
  EngineTrial trial({kReference, kFused, kFusedAlone});
  Play(trial, 3, 2, 1.5);
  EXPECT_EQ(trial.Next(), kFusedAlone);
  EngineTrial other({kReference, kFused, kFusedAlone});
  Play(other, 1, 2, 1.5);
  EXPECT_EQ(other.Next(), kReference);
}

TEST(EngineTrial, ABatchWithoutATimeDecidesNothing) {
  EngineTrial trial({kReference, kFused});
  trial.Record(kReference, 100, std::nullopt);
  trial.Record(kReference, 100, std::nullopt);
  EXPECT_EQ(trial.Next(), kReference);
  EXPECT_FALSE(trial.BestSeconds());
  trial.Record(kReference, 100, 200);
  EXPECT_EQ(trial.BestSeconds(), 2);
  EXPECT_EQ(trial.Next(), kFused);
}

TEST(EngineTrial, DoesNotCountTheFirstBatchOfAWay) {
  EngineTrial trial({kReference, kFused});
  trial.Record(kReference, 8, 0.001);
  trial.Record(kReference, 8, 8 * 3.0);
  trial.Record(kFused, 8, 8 * 100.0);
  trial.Record(kFused, 8, 8 * 2.0);
  EXPECT_EQ(trial.Next(), kFused);
}

TEST(EngineTrial, KnowsHowManyPicturesAnEngineTakesAndHowLongTheyTook) {
  EngineTrial trial({kReference, kFused, kFusedAlone});
  EXPECT_EQ(trial.PicturesToTry(1), 2 * 8 + 2 * 1);
  trial.Record(kFused, 8, 8 * 3.0);
  EXPECT_EQ(trial.PicturesToTry(1), 8 + 2 * 1);
  EXPECT_EQ(trial.Seconds(1), std::nullopt);
  trial.Record(kFused, 8, 8 * 2.0);
  EXPECT_EQ(trial.PicturesToTry(1), 2 * 1);
  EXPECT_EQ(trial.Seconds(1), 2.0);
  EXPECT_EQ(trial.Seconds(7), std::nullopt);
}

TEST(EngineTrial, CountsTheSecondOfTwoShorterBatchesOfOneSize) {
  EngineTrial trial({kReference, kFused});
  trial.Record(kReference, 2, 2 * 9.0);
  trial.Record(kReference, 6, 6 * 9.0);
  EXPECT_EQ(trial.PicturesToTry(0), 16);
  EXPECT_EQ(trial.Next(), kReference);
  trial.Record(kReference, 6, 6 * 3.0);
  EXPECT_EQ(trial.Seconds(0), 3.0);
  EXPECT_EQ(trial.Next(), kFused);
}

TEST(EngineTrial, EndsATurnAfterThreeBatchesOfPicturesWhereSizesChange) {
  EngineTrial trial({kReference, kFused});
  for (const int pictures : {2, 5, 7, 6}) {
    trial.Record(kReference, pictures, pictures * 9.0);
    EXPECT_EQ(trial.Next(), kReference);
  }
  trial.Record(kReference, 4, 4 * 3.0);  // 24 pictures
  EXPECT_EQ(trial.Seconds(0), 3.0);
  EXPECT_EQ(trial.Next(), kFused);
}

TEST(EngineTrial, IsNotDecidedByABatchThatIsComputedAgainOneByOne) {
  EngineTrial trial({kReference, kFused});
  trial.Record(kReference, 2, 2 * 9.0);
  for (int single = 0; single < 8; ++single) trial.Record(kReference, 1, 20.0);
  trial.Record(kReference, 8, 8 * 9.0);
  EXPECT_EQ(trial.Seconds(0), std::nullopt);
  trial.Record(kReference, 8, 8 * 3.0);
  EXPECT_EQ(trial.Seconds(0), 3.0);
}

TEST(EngineTrial, MeasuredWithSinglePicturesStaysReadyForMore) {
  EngineTrial trial({kFused, kFusedAlone});
  for (int single = 0; single < 24; ++single) trial.Record(kFused, 1, 3.0);
  for (int single = 0; single < 2; ++single) trial.Record(kFusedAlone, 1, 2.0);
  EXPECT_TRUE(trial.is_decided());
  EXPECT_EQ(trial.Next(), kFused);
}

TEST(EngineTrial, CountsNothingBehindAWaysTurn) {
  EngineTrial trial({kReference, kFused});
  for (const double each : {9.0, 3.0, 1.0}) trial.Record(kReference, 8, 8 * each);
  EXPECT_EQ(trial.Seconds(0), 3.0);
}

TEST(EngineTrial, AnExcludedEngineIsNotGivenOut) {
  EngineTrial trial({kReference, kFused, kFusedAlone});
  trial.Exclude(1);
  EXPECT_EQ(Play(trial, 3, 2, 2), (std::vector<EngineWay>{kReference, kReference}));
  EXPECT_EQ(trial.Next(), kReference);
}

}  // namespace
}  // namespace gradcam
