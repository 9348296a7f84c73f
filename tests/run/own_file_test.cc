#include "run/own_file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

TEST(OwnFile, IsOneThatBeginsAsOursOrHoldsNothing) {
  const TemporaryFolder folder;
  folder.Write("ours", "<page>text");
  folder.Write("empty", "");
  EXPECT_EQ(OldFileAt(folder / "ours", "<page>"), OldFile::kOurs);
  EXPECT_EQ(OldFileAt(folder / "empty", "<page>"), OldFile::kEmpty);
  EXPECT_EQ(OldFileAt(folder / "missing", "<page>"), OldFile::kNone);
  for (const char* name : {"ours", "empty", "missing"}) {
    EXPECT_NO_THROW(RequireOwnFile(folder / name, "<page>", "a page")) << name;
  }
}

TEST(OwnFile, IsNoOther) {
  const TemporaryFolder folder;
  folder.Write("other", "<book>text");
  folder.Write("torn", "<pa");
  std::filesystem::create_directory(folder / "folder");
  for (const char* name : {"other", "torn", "folder"}) {
    EXPECT_EQ(OldFileAt(folder / name, "<page>"), OldFile::kOther) << name;
    EXPECT_THROW(RequireOwnFile(folder / name, "<page>", "a page"), Error) << name;
  }
}

}  // namespace
}  // namespace gradcam
