#include "results/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/sample_report.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string ProblemOf(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Names of the reports' files, or of the lines' pictures.
std::vector<std::string> ReportsIn(const fs::path& folder) {
  std::vector<std::string> names;
  for (const ReportPlace& place : ResultFolder(folder).List().reports) {
    names.push_back(place.size > 0 ? place.file + ": " + place.picture : place.file);
  }
  return names;
}

// A report with a file of its own.
ReportPlace Own(const std::string& file) {
  return {.picture = fs::path(file).replace_extension().string(), .file = file};
}

class ResultFolderTest : public ::testing::Test {
 protected:
  TemporaryFolder temporary;
  fs::path root = temporary.path() / "out";

  void SetUp() override {
    temporary.Write("out/run.json", SampleText("run.json"));
    temporary.Write("out/a/cat.json", SampleText("report.json"));
  }
};

TEST_F(ResultFolderTest, ListsReportsAndRunsInBytewiseOrder) {
  temporary.Write("out/run.2-of-3.json", "");
  temporary.Write("out/run.old.json", "");
  temporary.Write("out/B.json", "");
  temporary.Write("out/a/run.json", "");
  temporary.Write("out/.hidden.json", "");
  temporary.Write("out/a/cat.gradcam.png", "");
  const ResultListing listing = ResultFolder(root).List();
  EXPECT_THAT(listing.runs, ElementsAre("run.2-of-3.json", "run.json"));
  EXPECT_THAT(ReportsIn(root), ElementsAre("B.json", "a/cat.json", "a/run.json", "run.old.json"));
  EXPECT_TRUE(listing.failures.empty());
}

TEST_F(ResultFolderTest, DoesNotFollowLinksToFolders) {
  fs::create_directory_symlink("..", root / "a/up");
  EXPECT_THAT(ReportsIn(root), ElementsAre("a/cat.json"));
}

TEST_F(ResultFolderTest, ReadsReportsAndRuns) {
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport(Own("a/cat.json"));
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->picture.folder, "a");
  EXPECT_EQ(stored->picture.report_file, "cat.json");
  EXPECT_EQ(stored->picture.image.file, "a/cat.jpg");
  EXPECT_EQ(folder.ReadRun("run.json").report.counts.done, 2);
}

TEST_F(ResultFolderTest, ForeignJsonIsNoReport) {
  temporary.Write("out/notes.json", "{}");
  EXPECT_FALSE(ResultFolder(root).ReadReport(Own("notes.json")).has_value());
}

TEST_F(ResultFolderTest, DamagedAndMissingReportsAreErrorsThatNameThem) {
  const ResultFolder folder(root);
  temporary.Write("out/torn.json", SampleText("report.json").substr(0, 500));
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport(Own("torn.json")); }),
              HasSubstr("report 'torn.json': not valid JSON"));
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport(Own("none.json")); }),
              HasSubstr("cannot read report 'none.json': no such file"));
}

TEST_F(ResultFolderTest, FilesAreFoundBesideTheReport) {
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport(Own("a/cat.json"));
  EXPECT_EQ(folder.FileOf(stored->picture, "cat.gradcam.png"),
            fs::canonical(root) / "a/cat.gradcam.png");
}

TEST_F(ResultFolderTest, NothingLeadsOutside) {
  const ResultFolder folder(root);
  temporary.Write("secret.png", "");
  fs::create_symlink(temporary.path() / "secret.png", root / "a/link.png");
  const PictureReport picture = folder.ReadReport(Own("a/cat.json"))->picture;
  for (const char* name :
       {"../../secret.png", "/etc/passwd", "..", ".", "", "link.png", "b/c.png"}) {
    EXPECT_THAT(ProblemOf([&] { (void)folder.FileOf(picture, name); }),
                HasSubstr("leads out of the folder"))
        << name;
  }
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport(Own("../outside.json")); }),
              HasSubstr("leads out of the folder"));
}

TEST_F(ResultFolderTest, AFolderWhoseNameBeginsLikeOursIsOutside) {
  temporary.Write("out2/cat.png", "");
  EXPECT_THAT(ProblemOf([&] { (void)ResultFolder(root).Inside("../out2/cat.png"); }),
              HasSubstr("leads out of the folder"));
}

TEST_F(ResultFolderTest, NamesThatAreNoUtf8HaveTheBytesOfTheReportsName) {
  temporary.Write("out/caf\xE9.json", SampleText("report.json"));
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport(Own("caf\xE9.json"));
  EXPECT_EQ(folder.FileOf(stored->picture, "caf\xEF\xBF\xBD.285.gradcam.png"),
            fs::canonical(root) / "caf\xE9.285.gradcam.png");
}

// A report as results.jsonl holds it, of a picture of this name.
std::string Line(const std::string& picture, const std::string& stem = "") {
  PictureReport report = SamplePicture();
  report.image.file = picture;
  report.explanations.resize(1);
  report.explanations[0].files = {};
  if (!stem.empty()) report.explanations[0].files = {{"gradcam_raw", stem + ".gradcam.npy"}};
  return JsonLine(report, SampleContext()) + "\n";
}

class ResultLinesTest : public ResultFolderTest {
 protected:
  void SetUp() override {}
};

TEST_F(ResultLinesTest, LinesOfAllShardsAreReports) {
  temporary.Write("out/results.1-of-2.jsonl", Line("b/dog.jpg") + Line("a/cat.jpg"));
  temporary.Write("out/results.2-of-2.jsonl", Line("c.png"));
  temporary.Write("out/results.old.jsonl", Line("old.png"));
  temporary.Write("out/a/results.jsonl", Line("deep.png"));
  EXPECT_THAT(ReportsIn(root),
              ElementsAre("results.1-of-2.jsonl: a/cat", "results.1-of-2.jsonl: b/dog",
                          "results.2-of-2.jsonl: c"));
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport(folder.List().reports.at(0));
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->picture.image.file, "a/cat.jpg");
  EXPECT_EQ(folder.FileOf(stored->picture, "cat.gradcam.npy"),
            fs::canonical(root) / "a/cat.gradcam.npy");
}

TEST_F(ResultLinesTest, AReportOfItsOwnGoesBeforeALineAndALaterLineBeforeAnEarlierOne) {
  temporary.Write("out/cat.json", Line("cat.jpg"));
  temporary.Write("out/results.jsonl", Line("cat.jpg") + Line("dog.jpg") + Line("dog.jpg"));
  EXPECT_THAT(ReportsIn(root), ElementsAre("cat.json", "results.jsonl: dog"));
  EXPECT_EQ(ResultFolder(root).List().reports.at(1).offset,
            Line("cat.jpg").size() + Line("dog.jpg").size());
}

TEST_F(ResultLinesTest, PicturesAreCalledAsTheirFilesAre) {
  temporary.Write("out/results.jsonl",
                  Line("cat.jpg", "cat.jpg") + Line("cat.png", "cat.png") + Line("dog.jpg", "dog"));
  EXPECT_THAT(ReportsIn(root), ElementsAre("results.jsonl: cat.jpg", "results.jsonl: cat.png",
                                           "results.jsonl: dog"));
}

TEST_F(ResultLinesTest, TornAndDamagedLinesAreReportsThatCannotBeRead) {
  temporary.Write("out/results.jsonl", Line("a.jpg") + "\n{\"schema_version\": 1}\n" +
                                           Line("b.jpg").substr(0, 300) + "\n" +
                                           Line("c.jpg").substr(0, 400));
  const ResultFolder folder(root);
  const auto reports = folder.List().reports;
  EXPECT_THAT(ReportsIn(root),
              ElementsAre("results.jsonl: a", "results.jsonl: results.jsonl, line 4",
                          "results.jsonl: results.jsonl, line 5"));
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport(reports.at(2)); }),
              HasSubstr("report 'results.jsonl, line 5': not valid JSON"));
}

TEST_F(ResultLinesTest, AKilledRunsFirstTornLineIsOurs) {
  temporary.Write("out/results.jsonl", Line("a.jpg").substr(0, 300));
  EXPECT_THAT(ReportsIn(root), ElementsAre("results.jsonl: results.jsonl, line 1"));
}

TEST_F(ResultLinesTest, LinesOfAnotherProgramAreNoReports) {
  temporary.Write("out/results.jsonl", "{\"score\": 1}\nno JSON\n");
  EXPECT_THAT(ReportsIn(root), IsEmpty());
}

TEST_F(ResultLinesTest, ALineCannotNameAPlaceOutside) {
  temporary.Write("out/results.jsonl",
                  Line("../secret.jpg") + Line("/etc/passwd.jpg") + Line("a/../../secret.jpg"));
  const ResultFolder folder(root);
  const auto reports = folder.List().reports;
  ASSERT_EQ(reports.size(), 3U);
  for (const ReportPlace& place : reports) {
    EXPECT_THAT(place.picture, StartsWith("results.jsonl, line "));
    EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport(place); }),
                HasSubstr("leads out of the folder"));
  }
}

TEST_F(ResultLinesTest, AFileOutsideOrNoFileIsAFailure) {
  temporary.Write("results.jsonl", Line("a.jpg"));
  fs::create_directories(root / "results.1-of-2.jsonl");
  fs::create_symlink(temporary.path() / "results.jsonl", root / "results.jsonl");
  const ResultListing listing = ResultFolder(root).List();
  EXPECT_THAT(listing.reports, IsEmpty());
  ASSERT_EQ(listing.failures.size(), 1U);
  EXPECT_THAT(listing.failures[0].error, HasSubstr("leads out of the folder"));
}

TEST_F(ResultLinesTest, NamesThatAreNoUtf8HaveTheBytesOfThePicturesName) {
  temporary.Write("out/results.jsonl", Line("caf\xE9.jpg", "caf\xE9"));
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport(folder.List().reports.at(0));
  EXPECT_EQ(folder.FileOf(stored->picture, "caf\xEF\xBF\xBD.gradcam.npy"),
            fs::canonical(root) / "caf\xE9.gradcam.npy");
}

TEST_F(ResultFolderTest, AMissingFolderIsAUsageError) {
  EXPECT_THAT(ProblemOf([&] { ResultFolder(root / "none"); }),
              HasSubstr("no such file or directory"));
  EXPECT_THAT(ProblemOf([&] { ResultFolder(root / "run.json"); }), HasSubstr("not a directory"));
}

}  // namespace
}  // namespace gradcam
