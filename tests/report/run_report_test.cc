#include "report/run_report.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "report/json_text.h"
#include "report/results_document.h"
#include "report/sample_report.h"

namespace gradcam {
namespace {

TEST(RunReport, IsTheSampleThatTheSchemaDescribes) {
  EXPECT_EQ(JsonText(SampleRun(), SampleContext()), SampleText("run.json"));
}

TEST(RunReport, CountsPicturesASecond) {
  RunReport run = SampleRun();
  EXPECT_DOUBLE_EQ(PicturesPerSecond(run), 0.5);  // 2 done in 4 s
  run.counts.left_out = 6;                        // which the network has seen as well
  EXPECT_DOUBLE_EQ(PicturesPerSecond(run), 2);
  run.seconds = 0;
  EXPECT_DOUBLE_EQ(PicturesPerSecond(run), 0);
}

// The document of --json, read back.
nlohmann::ordered_json Document(const std::vector<PictureReport>& pictures,
                                const std::vector<Failure>& failures) {
  std::ostringstream out;
  ResultsDocument document(out);
  for (const PictureReport& picture : pictures) document.Add(picture, SampleContext());
  document.Finish(failures);
  return nlohmann::ordered_json::parse(out.str());
}

TEST(ResultsDocument, IsTheSampleThatTheSchemaDescribes) {
  EXPECT_EQ(JsonText(Document({SamplePicture()}, SampleRun().failures)),
            SampleText("results.json"));
}

TEST(ResultsDocument, HoldsListsEvenIfEmpty) {
  EXPECT_EQ(Document({}, {}), nlohmann::ordered_json::parse(
                                  R"({"schema_version": 1, "results": [], "failures": []})"));
}

TEST(ResultsDocument, GivesEachReportWhenItIsThere) {
  std::ostringstream out;
  ResultsDocument document(out);
  EXPECT_EQ(out.str(), "");  // so that stdout is empty where nothing was done
  document.Add(SamplePicture(), SampleContext());
  const std::size_t first = out.str().size();
  EXPECT_GT(first, 100U);
  document.Add(SamplePicture(), SampleContext());
  EXPECT_GT(out.str().size(), 2 * first - 100);
  EXPECT_EQ(Document({SamplePicture(), SamplePicture()}, {})["results"].size(), 2U);
}

TEST(ResultsDocument, NamesFailedFilesThatAreNoUtf8) {
  const auto json = Document({}, {{"\xE9.jpg", "cannot read image", "try again"}});
  EXPECT_EQ(json["failures"][0]["file"], "\xEF\xBF\xBD.jpg");
  EXPECT_EQ(json["failures"][0]["file_bytes"], "%E9.jpg");
  EXPECT_EQ(json["failures"][0]["hint"], "try again");
}

}  // namespace
}  // namespace gradcam
