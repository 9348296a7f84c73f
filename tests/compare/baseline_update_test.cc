#include "compare/baseline_update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "compare/folder_swap.h"
#include "gradcam/error.h"
#include "run/temporary_folder.h"
#include "run/temporary_name.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using ::testing::UnorderedElementsAre;

constexpr const char* kReport = R"({"tool": {"name": "gradcam"}})";

class UpdateBaselineTest : public ::testing::Test {
 protected:
  TemporaryFolder temporary;
  fs::path baseline = temporary / "base";
  fs::path current = temporary / "now";

  void SetUp() override {
    temporary.Write("base/old.json", kReport);
    temporary.Write("base/old.gradcam.npy", "old");
    temporary.Write("base/both.gradcam.npy", "old");
    temporary.Write("now/a/new.json", kReport);
    temporary.Write("now/both.gradcam.npy", "new");
  }
};

TEST_F(UpdateBaselineTest, TakesWhatIsNewAndDropsWhatVanished) {
  UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline), UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
  EXPECT_EQ(Content(baseline / "both.gradcam.npy"), "new");
  EXPECT_THAT(FilesBelow(current), UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, LeavesNothingElseBehind) {
  UpdateBaseline(baseline, current);
  const fs::directory_iterator entries(temporary.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 2);
}

TEST_F(UpdateBaselineTest, KeepsFilesThatAreNoResults) {
  temporary.Write("base/README.md", "why");
  temporary.Write("base/.gitattributes", "* binary");
  temporary.Write("base/a/limits.json", "{}");
  temporary.Write("now/notes.txt", "not a result");
  UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline),
              UnorderedElementsAre("a/new.json", "both.gradcam.npy", "README.md", ".gitattributes",
                                   "a/limits.json"));
}

TEST_F(UpdateBaselineTest, MakesABaselineThatIsNotThere) {
  UpdateBaseline(temporary / "deep/new", current);
  EXPECT_THAT(FilesBelow(temporary / "deep/new"),
              UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, TakesASlashAtTheEndOfAFolder) {
  UpdateBaseline(temporary / "new/", current / "");
  EXPECT_THAT(FilesBelow(temporary / "new"),
              UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
  UpdateBaseline(temporary / "new/", current / "");
  EXPECT_THAT(FilesBelow(temporary.path()),
              ::testing::Not(::testing::Contains(::testing::HasSubstr(".gradcam-"))));
}

TEST_F(UpdateBaselineTest, UpdatesTheFolderThatALinkLeadsTo) {
  fs::create_directory_symlink(baseline, temporary / "link");
  UpdateBaseline(temporary / "link", current);
  EXPECT_TRUE(fs::is_symlink(temporary / "link"));
  EXPECT_THAT(FilesBelow(baseline), UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, RefusesFoldersThatLieInEachOther) {
  temporary.Write("base/now/x.json", kReport);
  EXPECT_THROW(UpdateBaseline(baseline, baseline), Error);
  EXPECT_THROW(UpdateBaseline(baseline, baseline / "now"), Error);
  EXPECT_THROW(UpdateBaseline(baseline / "now", baseline), Error);
  EXPECT_TRUE(fs::exists(baseline / "old.json"));
}

TEST_F(UpdateBaselineTest, WhatAKilledUpdateLeftGetsInNobodysWay) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    temporary.Write(TemporaryName(attempt) + "/stale.json", kReport);
  }
  UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline), UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
}

TEST_F(UpdateBaselineTest, DoesNotFollowLinksOutOfCurrent) {
  temporary.Write("secret", "secret");
  fs::create_symlink(temporary / "secret", current / "x.gradcam.npy");
  fs::create_symlink(temporary.path(), current / "up");
  UpdateBaseline(baseline, current);
  EXPECT_THAT(FilesBelow(baseline), UnorderedElementsAre("a/new.json", "both.gradcam.npy"));
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
