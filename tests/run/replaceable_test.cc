#include "run/replaceable.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

TEST(Replaceable, TakesFilesLinksAndNewNames) {
  const TemporaryFolder folder;
  folder.Write("file", "old");
  std::filesystem::create_symlink("file", folder / "link");
  std::filesystem::create_symlink("nothing", folder / "dangling");
  for (const char* name : {"file", "link", "dangling", "new", "no/folder"}) {
    EXPECT_EQ(Replaceable(folder / name), folder / name);
  }
}

TEST(Replaceable, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "folder");
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", folder / "link to a pipe");
  std::filesystem::create_symlink("/proc/self/fd/1", folder / "stdout");
  for (const char* name : {"folder", "pipe", "link to a pipe", "stdout"}) {
    EXPECT_THROW((void)Replaceable(folder / name), Error) << name;
  }
  EXPECT_THROW((void)Replaceable("/dev/null"), Error);
}

}  // namespace
}  // namespace gradcam
