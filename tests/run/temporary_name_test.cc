#include "run/temporary_name.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <string>

#include "run/atomic_file.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// The name that a process gives which has ended since.
std::string NameOfDeadProcess() {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const std::string name = TemporaryName(0);
    const bool written = ::write(ends[1], name.data(), name.size()) > 0;
    ::_exit(written ? 0 : 1);
  }
  ::waitpid(child, nullptr, 0);
  std::string name(200, '\0');
  name.resize(static_cast<std::size_t>(::read(ends[0], name.data(), name.size())));
  ::close(ends[0]);
  ::close(ends[1]);
  return name;
}

// The name that a dead process of another container of this machine would have given.
std::string NameIn(const std::string& process_namespace) {
  std::string name = NameOfDeadProcess();
  const std::size_t start = name.find('-', name.find('-') + 1) + 1;
  return name.replace(start, name.find('-', start) - start, process_namespace);
}

void MakeOld(const fs::path& file, std::time_t seconds) {
  const timespec then{std::time(nullptr) - seconds, 0};
  const timespec times[2] = {then, then};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
}

TEST(TemporaryName, IsHiddenShortAndDifferentForEachAttempt) {
  const std::string name = TemporaryName(0);
  EXPECT_TRUE(name.starts_with(".gradcam-"));
  EXPECT_TRUE(name.ends_with(".tmp"));
  EXPECT_LT(name.size(), 80U);
  EXPECT_NE(name, TemporaryName(1));
  EXPECT_EQ(name, TemporaryName(0));
}

// Of this process too: in a container that was started again, it may have the number of the one
// that was killed.
TEST(TemporaryName, FilesThatNobodyHasLockedAreRemovedBelowTheFolderToo) {
  const TemporaryFolder folder;
  folder.Write(NameOfDeadProcess(), "half");
  folder.Write("a/b/" + TemporaryName(0), "half");
  folder.Write("a/" + NameIn("8888888888"), "half");
  folder.Write("a/cat.json", "{}");
  EXPECT_EQ(AbandonedFiles(folder.path()).size(), 3U);
  RemoveAbandonedFiles(folder.path());
  EXPECT_THAT(FilesBelow(folder.path()), UnorderedElementsAre("a/cat.json"));
}

TEST(TemporaryName, FoldersOfEndedProcessesAreFoundInTheFolderItself) {
  const TemporaryFolder folder;
  const std::string name = NameOfDeadProcess();
  folder.Write(name + "/a/cat.json", "{}");
  folder.Write("b/" + name + "/cat.json", "{}");
  folder.Write(TemporaryName(0) + "/cat.json", "being written");
  fs::create_directory_symlink("b", folder / NameOfDeadProcess());
  EXPECT_THAT(AbandonedFolders(folder.path()), testing::ElementsAre(folder / name));
  EXPECT_THAT(AbandonedFolders(folder / "missing"), IsEmpty());
}

TEST(TemporaryName, FilesThatAreBeingWrittenStay) {
  const TemporaryFolder folder;
  AtomicFile file(folder / "cat.json");
  EXPECT_THAT(AbandonedFiles(folder.path()), IsEmpty());
  RemoveAbandonedFiles(folder.path());
  file.Write("{}");
  file.Commit();
  EXPECT_THAT(FilesBelow(folder.path()), UnorderedElementsAre("cat.json"));
}

TEST(TemporaryName, FoldersOfAnotherContainerStayForAnHour) {
  const TemporaryFolder folder;
  const std::string name = NameIn("8888888888");
  folder.Write(name + "/cat.json", "{}");
  EXPECT_THAT(AbandonedFolders(folder.path()), IsEmpty());
  MakeOld(folder / name, 3700);
  EXPECT_THAT(AbandonedFolders(folder.path()), testing::ElementsAre(folder / name));
}

// Whether a process of another machine runs is not known here; but no file takes an hour to write.
TEST(TemporaryName, FilesOfOtherMachinesStayForAnHour) {
  const TemporaryFolder folder;
  std::string name = NameOfDeadProcess();
  name[9] = name[9] == '0' ? '1' : '0';
  folder.Write(name, "half");
  MakeOld(folder / name, 3500);
  RemoveAbandonedFiles(folder.path());
  EXPECT_THAT(FilesBelow(folder.path()), UnorderedElementsAre(name));
  MakeOld(folder / name, 3700);
  RemoveAbandonedFiles(folder.path());
  EXPECT_THAT(FilesBelow(folder.path()), IsEmpty());
}

TEST(TemporaryName, FilesOfOthersStayHoweverOld) {
  const TemporaryFolder folder;
  for (const char* name :
       {".gradcam-.tmp", ".gradcam-12345678-.tmp", ".gradcam-12345678-9-x-1-0.tmp",
        ".gradcam-12345678-9-0-1-0.tmp", ".gradcam-12345678-9-99.tmp",
        "gradcam-12345678-9-99-1-0.tmp", ".x.tmp"}) {
    folder.Write(name, "somebody's");
    MakeOld(folder / name, 1'000'000);
  }
  RemoveAbandonedFiles(folder.path());
  EXPECT_EQ(FilesBelow(folder.path()).size(), 7U);
  RemoveAbandonedFiles(folder / "missing");
}

}  // namespace
}  // namespace gradcam
