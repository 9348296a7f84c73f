#include "report/run_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "report/json_text.h"
#include "report/sample_report.h"

namespace gradcam {
namespace {

TEST(RunReport, IsTheSampleThatTheSchemaDescribes) {
  EXPECT_EQ(JsonText(SampleRun(), SampleContext()), SampleText("run.json"));
}

TEST(RunReport, CountsPicturesASecond) {
  RunReport run = SampleRun();
  EXPECT_DOUBLE_EQ(PicturesPerSecond(run), 0.5);  // 2 done in 4 s
  run.seconds = 0;
  EXPECT_DOUBLE_EQ(PicturesPerSecond(run), 0);
}

TEST(Results, AreTheSampleThatTheSchemaDescribes) {
  const auto results =
      ResultsToJson({ToJson(SamplePicture(), SampleContext())}, SampleRun().failures);
  EXPECT_EQ(JsonText(results), SampleText("results.json"));
}

TEST(Results, AreListsEvenIfEmpty) {
  const auto json = nlohmann::json::parse(JsonText(ResultsToJson({}, {})));
  EXPECT_EQ(json, nlohmann::json::parse(R"({"schema_version": 1, "results": [], "failures": []})"));
}

TEST(Results, NameFailedFilesThatAreNoUtf8) {
  const auto json = nlohmann::json::parse(
      JsonText(ResultsToJson({}, {{"\xE9.jpg", "cannot read image", "try again"}})));
  EXPECT_EQ(json["failures"][0]["file"], "\xEF\xBF\xBD.jpg");
  EXPECT_EQ(json["failures"][0]["file_bytes"], "%E9.jpg");
  EXPECT_EQ(json["failures"][0]["hint"], "try again");
}

}  // namespace
}  // namespace gradcam
