#include "compare/baseline_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "compare/folder_swap.h"
#include "gradcam/draw.h"
#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/sample_report.h"
#include "run/temporary_folder.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAre;

constexpr const char* kReport = R"({"tool": {"name": "gradcam"}})";

std::string OwnPicture() {
  const IndexedImage pixel{1, 1, {0}};
  const std::vector<std::uint8_t> bytes = EncodePng(pixel, PaletteOf(Colormap::kJet));
  return {bytes.begin(), bytes.end()};
}

class UpdateBaselineTest : public ::testing::Test {
 protected:
  TemporaryFolder temporary;
  fs::path baseline = temporary / "base";
  fs::path current = temporary / "now";

  void SetUp() override {
    temporary.Write("base/old.json", kReport);
    temporary.Write("base/old.gradcam.npy", "old");
    temporary.Write("base/both.json", kReport);
    temporary.Write("base/both.gradcam.npy", "old");
    temporary.Write("now/a/new.json", kReport);
    temporary.Write("now/both.json", kReport);
    temporary.Write("now/both.gradcam.npy", "new");
  }
};

TEST_F(UpdateBaselineTest, TakesWhatIsNewAndDropsWhatVanished) {
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
  EXPECT_EQ(Content(baseline / "both.gradcam.npy"), "new");
  EXPECT_THAT(FilesBelow(current),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, LeavesNothingElseBehind) {
  (void)UpdateBaseline(baseline, current);
  const fs::directory_iterator entries(temporary.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
}

TEST_F(UpdateBaselineTest, KeepsFilesThatAreNoResults) {
  temporary.Write("base/README.md", "why");
  temporary.Write("base/.gitattributes", "* binary");
  temporary.Write("base/a/limits.json", "{}");
  temporary.Write("now/notes.txt", "not a result");
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy", "README.md",
                                   ".gitattributes", "a/limits.json"));
}

// What is called like a picture or a map may be anybody's.
TEST_F(UpdateBaselineTest, KeepsFilesThatAreOnlyCalledLikeResults) {
  temporary.Write("base/diagram.panel.png", "drawn by hand");
  temporary.Write("base/inputs/camera.input.png", "a photo");
  temporary.Write("base/mine.gradcam.npy", "measured");
  temporary.Write("base/notes.gradcam.png", "\xFF\xD8 a JPEG");
  temporary.Write("base/.kept/x.json", kReport);
  temporary.Write("now/stray.gradcam.npy", "no result of CURRENT either");
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy",
                                   "diagram.panel.png", "inputs/camera.input.png",
                                   "mine.gradcam.npy", "notes.gradcam.png", ".kept/x.json"));
}

TEST_F(UpdateBaselineTest, DropsPicturesThatGradcamMadeAndMapsOfClasses) {
  temporary.Write("base/gone.gradcam.png", OwnPicture());
  temporary.Write("base/old.281.gradcam.npy", "old");
  temporary.Write("now/a/new.gradcam.png", OwnPicture());
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline), UnorderedElementsAre("a/new.json", "a/new.gradcam.png",
                                                         "both.json", "both.gradcam.npy"));
}

// An optimiser may have taken away the words that say who made a picture.
TEST_F(UpdateBaselineTest, TakesAPictureThatAReportNames) {
  PictureReport picture = SamplePicture();
  picture.explanations.resize(1);
  picture.explanations[0].files = {{"gradcam", "cat.gradcam.png"}};
  temporary.Write("now/cat.json", JsonText(picture, SampleContext()));
  temporary.Write("now/cat.gradcam.png", "optimised");
  (void)UpdateBaseline(baseline, current);
  EXPECT_EQ(Content(baseline / "cat.gradcam.png"), "optimised");
}

TEST_F(UpdateBaselineTest, ReplacesNoPictureOfSomebodyElse) {
  temporary.Write("base/both.panel.png", "drawn by hand");
  temporary.Write("now/both.panel.png", OwnPicture());
  EXPECT_THROW((void)UpdateBaseline(baseline, current), Error);
  EXPECT_EQ(Content(baseline / "both.panel.png"), "drawn by hand");
  EXPECT_TRUE(fs::exists(baseline / "old.json"));
}

// As git-annex and DVC lay folders out.
TEST_F(UpdateBaselineTest, ReplacesLinksToResultsAndNotWhatTheyLeadTo) {
  const auto move_and_link = [&](const std::string& name, const fs::path& to) {
    fs::create_directories((baseline / to).parent_path());
    fs::rename(baseline / name, baseline / to);
    fs::create_symlink(to, baseline / name);
  };
  move_and_link("old.json", "../store/1");
  move_and_link("old.gradcam.npy", "../store/2");
  move_and_link("both.json", ".store/3");
  move_and_link("both.gradcam.npy", ".store/4");
  temporary.Write("base/README", "why");
  move_and_link("README", "../store/5");
  fs::create_symlink("nowhere", baseline / "lost.gradcam.npy");
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy", ".store/3",
                                   ".store/4", "README", "lost.gradcam.npy"));
  EXPECT_FALSE(fs::is_symlink(baseline / "both.gradcam.npy"));
  EXPECT_EQ(Content(baseline / "both.gradcam.npy"), "new");
  EXPECT_EQ(Content(baseline / ".store/4"), "old");
  EXPECT_TRUE(fs::is_symlink(baseline / "README"));
  EXPECT_EQ(Content(temporary / "store/1"), kReport);
}

TEST_F(UpdateBaselineTest, MakesABaselineThatIsNotThere) {
  (void)UpdateBaseline(temporary / "deep/new", current);
  EXPECT_THAT(FilesBelow(temporary / "deep/new"),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, TakesASlashAtTheEndOfAFolder) {
  (void)UpdateBaseline(temporary / "new/", current / "");
  EXPECT_THAT(FilesBelow(temporary / "new"),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
  (void)UpdateBaseline(temporary / "new/", current / "");
  EXPECT_THAT(FilesBelow(temporary.path()),
              ::testing::Not(::testing::Contains(::testing::HasSubstr(".gradcam-"))));
}

TEST_F(UpdateBaselineTest, UpdatesTheFolderThatALinkLeadsTo) {
  fs::create_directory_symlink(baseline, temporary / "link");
  (void)UpdateBaseline(temporary / "link", current);
  EXPECT_TRUE(fs::is_symlink(temporary / "link"));
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, RefusesFoldersThatLieInEachOther) {
  temporary.Write("base/now/x.json", kReport);
  EXPECT_THROW((void)UpdateBaseline(baseline, baseline), Error);
  EXPECT_THROW((void)UpdateBaseline(baseline, baseline / "now"), Error);
  EXPECT_THROW((void)UpdateBaseline(baseline / "now", baseline), Error);
  EXPECT_TRUE(fs::exists(baseline / "old.json"));
}

TEST_F(UpdateBaselineTest, WhatAKilledUpdateLeftGetsInNobodysWay) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    temporary.Write(TemporaryName(attempt) + "/stale.json", kReport);
  }
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, RemovesWhatAKilledUpdateLeft) {
  const std::string of_another_machine = ".gradcam-12345678-9-99-1-0.tmp";
  temporary.Write(of_another_machine + "/a/stale.json", kReport);
  temporary.Write("deep/" + of_another_machine + "/mine", "not beside BASELINE");
  const auto two_hours_ago = fs::file_time_type::clock::now() - std::chrono::hours(2);
  fs::last_write_time(temporary / of_another_machine, two_hours_ago);
  fs::last_write_time(temporary / "deep" / of_another_machine, two_hours_ago);
  EXPECT_THAT(UpdateBaseline(temporary / "new", current), ::testing::IsEmpty());
  EXPECT_TRUE(fs::exists(temporary / of_another_machine));  // it may be all there is of a BASELINE
  EXPECT_THAT(UpdateBaseline(baseline, current), ::testing::IsEmpty());
  EXPECT_FALSE(fs::exists(temporary / of_another_machine));
  EXPECT_TRUE(fs::exists(temporary / "deep" / of_another_machine / "mine"));
}

TEST_F(UpdateBaselineTest, RemovesAnOldBaselineWithFoldersThatCannotBeWritten) {
  temporary.Write("base/b/c/old.json", kReport);
  for (const char* folder : {"b/c", "b", ""}) {
    fs::permissions(baseline / folder, fs::perms::owner_write, fs::perm_options::remove);
  }
  EXPECT_THAT(UpdateBaseline(baseline, current), ::testing::IsEmpty());
  EXPECT_THAT(FilesBelow(temporary.path()),
              ::testing::Not(::testing::Contains(::testing::HasSubstr(".gradcam-"))));
  fs::permissions(baseline, fs::perms::owner_write, fs::perm_options::add);
}

TEST_F(UpdateBaselineTest, DoesNotFollowLinksOutOfCurrent) {
  temporary.Write("secret", "secret");
  fs::create_symlink(temporary / "secret", current / "x.gradcam.npy");
  fs::create_symlink(temporary.path(), current / "up");
  (void)UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.json", "both.gradcam.npy"));
}

class FolderSwapTest : public ::testing::TestWithParam<void (*)(const fs::path&, const fs::path&)> {
 protected:
  TemporaryFolder temporary;
};

TEST_P(FolderSwapTest, ExchangesTheContent) {
  temporary.Write("a/1", "");
  temporary.Write("b/2", "");
  GetParam()(temporary / "a", temporary / "b");
  EXPECT_THAT(FilesBelow(temporary.path()), UnorderedElementsAre("a/2", "b/1"));
}

TEST_P(FolderSwapTest, ChangesNothingIfOneIsMissing) {
  temporary.Write("a/1", "");
  EXPECT_THROW(GetParam()(temporary / "a", temporary / "b"), Error);
  EXPECT_THAT(FilesBelow(temporary.path()), UnorderedElementsAre("a/1"));
}

INSTANTIATE_TEST_SUITE_P(InOneStepAndByRenames, FolderSwapTest,
                         ::testing::Values(&ExchangeFolders, &ExchangeByRenames));

}  // namespace
}  // namespace gradcam
