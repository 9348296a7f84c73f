#include "run/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(AtomicFile, WritesAndReplaces) {
  const TemporaryFolder folder;
  WriteAtomically(folder / "a.json", "first");
  WriteAtomically(folder / "a.json", "second");
  EXPECT_EQ(Content(folder / "a.json"), "second");
  EXPECT_THAT(FilesBelow(folder.path()), ElementsAre("a.json"));
}

TEST(AtomicFile, ReplacesASymbolicLinkAndNotWhatItLeadsTo) {
  const TemporaryFolder folder;
  folder.Write("input.jpg", "precious");
  fs::create_symlink("input.jpg", folder / "a.png");
  WriteAtomically(folder / "a.png", "new");
  EXPECT_EQ(Content(folder / "input.jpg"), "precious");
  EXPECT_FALSE(fs::is_symlink(folder / "a.png"));
}

TEST(AtomicFile, TakesNamesOfTheFullLength) {
  const TemporaryFolder folder;
  WriteAtomically(folder / std::string(255, 'x'), "long");
  EXPECT_EQ(Content(folder / std::string(255, 'x')), "long");
}

TEST(AtomicFile, LeavesNothingBehindIfItCannotBeRenamed) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "a.json");
  try {
    WriteAtomically(folder / "a.json", "text");
    FAIL() << "a folder was replaced";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kOutput);
    EXPECT_THAT(error.what(), HasSubstr("a.json': is a directory"));
  }
  EXPECT_TRUE(FilesBelow(folder.path()).empty());
}

TEST(AtomicFile, FailsInAFolderThatIsNotThere) {
  const TemporaryFolder folder;
  EXPECT_THROW(WriteAtomically(folder / "none/a.json", "text"), Error);
}

}  // namespace
}  // namespace gradcam
