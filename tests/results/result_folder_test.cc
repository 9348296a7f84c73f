#include "results/result_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "gradcam/error.h"
#include "report/sample_report.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ProblemOf(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
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
  EXPECT_THAT(listing.reports, ElementsAre("B.json", "a/cat.json", "a/run.json", "run.old.json"));
  EXPECT_TRUE(listing.failures.empty());
}

TEST_F(ResultFolderTest, DoesNotFollowLinksToFolders) {
  fs::create_directory_symlink("..", root / "a/up");
  EXPECT_THAT(ResultFolder(root).List().reports, ElementsAre("a/cat.json"));
}

TEST_F(ResultFolderTest, ReadsReportsAndRuns) {
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport("a/cat.json");
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->picture.folder, "a");
  EXPECT_EQ(stored->picture.report_file, "cat.json");
  EXPECT_EQ(stored->picture.image.file, "a/cat.jpg");
  EXPECT_EQ(folder.ReadRun("run.json").report.counts.done, 2);
}

TEST_F(ResultFolderTest, ForeignJsonIsNoReport) {
  temporary.Write("out/notes.json", "{}");
  EXPECT_FALSE(ResultFolder(root).ReadReport("notes.json").has_value());
}

TEST_F(ResultFolderTest, DamagedAndMissingReportsAreErrorsThatNameThem) {
  const ResultFolder folder(root);
  temporary.Write("out/torn.json", SampleText("report.json").substr(0, 500));
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport("torn.json"); }),
              HasSubstr("report 'torn.json': not valid JSON"));
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport("none.json"); }),
              HasSubstr("cannot read report 'none.json': no such file"));
}

TEST_F(ResultFolderTest, FilesAreFoundBesideTheReport) {
  const ResultFolder folder(root);
  const auto stored = folder.ReadReport("a/cat.json");
  EXPECT_EQ(folder.FileOf(stored->picture, "cat.gradcam.png"),
            fs::canonical(root) / "a/cat.gradcam.png");
}

TEST_F(ResultFolderTest, NothingLeadsOutside) {
  const ResultFolder folder(root);
  temporary.Write("secret.png", "");
  fs::create_symlink(temporary.path() / "secret.png", root / "a/link.png");
  const PictureReport picture = folder.ReadReport("a/cat.json")->picture;
  for (const char* name :
       {"../../secret.png", "/etc/passwd", "..", ".", "", "link.png", "b/c.png"}) {
    EXPECT_THAT(ProblemOf([&] { (void)folder.FileOf(picture, name); }),
                HasSubstr("leads out of the folder"))
        << name;
  }
  EXPECT_THAT(ProblemOf([&] { (void)folder.ReadReport("../outside.json"); }),
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
  const auto stored = folder.ReadReport("caf\xE9.json");
  EXPECT_EQ(folder.FileOf(stored->picture, "caf\xEF\xBF\xBD.285.gradcam.png"),
            fs::canonical(root) / "caf\xE9.285.gradcam.png");
}

TEST_F(ResultFolderTest, AMissingFolderIsAUsageError) {
  EXPECT_THAT(ProblemOf([&] { ResultFolder(root / "none"); }),
              HasSubstr("no such file or directory"));
  EXPECT_THAT(ProblemOf([&] { ResultFolder(root / "run.json"); }), HasSubstr("not a directory"));
}

}  // namespace
}  // namespace gradcam
