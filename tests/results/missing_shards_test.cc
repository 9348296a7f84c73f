#include "results/missing_shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> MissingIn(const std::vector<std::string>& runs,
                                   const std::vector<std::string>& lines = {}) {
  return MissingShards({.reports = {}, .runs = runs, .lines = lines, .failures = {}});
}

TEST(MissingShards, NoneAreMissingWhereNoneWereMadeOrAllAreThere) {
  EXPECT_THAT(MissingIn({}), IsEmpty());
  EXPECT_THAT(MissingIn({"run.json"}, {"results.jsonl"}), IsEmpty());
  EXPECT_THAT(MissingIn({"run.1-of-1.json"}), IsEmpty());
  EXPECT_THAT(MissingIn({"run.1-of-2.json", "run.2-of-2.json"}), IsEmpty());
}

TEST(MissingShards, AreNamed) {
  EXPECT_THAT(
      MissingIn({"run.1-of-3.json", "run.3-of-3.json"}),
      ElementsAre("1 of 3 shards is missing or has not ended: there is no run.2-of-3.json"));
  EXPECT_THAT(MissingIn({"run.2-of-3.json"}),
              ElementsAre("2 of 3 shards are missing or have not ended: there is no "
                          "run.1-of-3.json, run.3-of-3.json"));
}

TEST(MissingShards, OfManyAreNamedTheFirst) {
  EXPECT_THAT(MissingIn({"run.2-of-18446744073709551615.json"}),
              ElementsAre("18446744073709551614 of 18446744073709551615 shards are missing or have "
                          "not ended: there is no run.1-of-18446744073709551615.json, "
                          "run.3-of-18446744073709551615.json, run.4-of-18446744073709551615.json, "
                          "run.5-of-18446744073709551615.json, "
                          "run.6-of-18446744073709551615.json, ..."));
}

TEST(MissingShards, AreToldForEachDivision) {
  EXPECT_THAT(MissingIn({"run.1-of-2.json", "run.2-of-3.json", "run.1-of-3.json"}).size(), 2U);
}

TEST(MissingShards, NumbersThatAreNoShardDoNotCount) {
  EXPECT_THAT(MissingIn({"run.0-of-2.json", "run.3-of-2.json", "run.1-of-99999999999999999999.json",
                         "run.99999999999999999999-of-99999999999999999999.json"}),
              IsEmpty());
}

TEST(MissingShards, AreFoundByTheirLinesWhereThereIsNoReportOfARun) {
  EXPECT_THAT(MissingIn({}, {"results.1-of-2.jsonl"}),
              ElementsAre("1 of 2 shards is missing or has not ended: there is no "
                          "results.2-of-2.jsonl"));
  EXPECT_THAT(MissingIn({"run.json"}, {"results.1-of-2.jsonl"}), IsEmpty());
}

}  // namespace
}  // namespace gradcam
