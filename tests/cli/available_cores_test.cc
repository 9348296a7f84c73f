#include "cli/available_cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace gradcam {
namespace {

namespace fs = std::filesystem;

TEST(CoresOfQuota, RoundsUpAndKnowsNoQuota) {
  EXPECT_EQ(CoresOfQuota("150000 100000"), 2);
  EXPECT_EQ(CoresOfQuota("100000 100000"), 1);
  EXPECT_EQ(CoresOfQuota("10000 100000"), 1);
  EXPECT_EQ(CoresOfQuota("max 100000"), std::nullopt);
  EXPECT_EQ(CoresOfQuota(""), std::nullopt);
  EXPECT_EQ(CoresOfQuota("-1 100000"), std::nullopt);
}

class ControlGroups : public ::testing::Test {
 protected:
  ~ControlGroups() override { fs::remove_all(root_); }

  void Write(const fs::path& file, const std::string& content) const {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << content << '\n';
  }
  void WriteVersion1(const fs::path& folder, int quota) const {
    Write(folder / "cpu.cfs_quota_us", std::to_string(quota));
    Write(folder / "cpu.cfs_period_us", "100000");
  }
  [[nodiscard]] std::optional<int> Cores(const std::string& groups) const {
    std::istringstream in(groups);
    return CoresOfControlGroups(in, root_);
  }

 private:
  static fs::path NewFolder() {
    std::string pattern = (fs::temp_directory_path() / "gradcam-XXXXXX").string();
    return mkdtemp(pattern.data());
  }

  fs::path root_ = NewFolder();
};

TEST_F(ControlGroups, OfVersion2AreLimitedByThoseAroundThem) {
  EXPECT_EQ(Cores("0::/a/b\n"), std::nullopt);
  Write("a/b/cpu.max", "max 100000");
  EXPECT_EQ(Cores("0::/a/b\n"), std::nullopt);
  Write("a/b/cpu.max", "400000 100000");
  EXPECT_EQ(Cores("0::/a/b\n"), 4);
  Write("a/cpu.max", "250000 100000");
  EXPECT_EQ(Cores("0::/a/b\n"), 3);
  Write("cpu.max", "100000 100000");
  EXPECT_EQ(Cores("0::/a/b\n"), 1);
  EXPECT_EQ(Cores("0::/\n"), 1);
}

TEST_F(ControlGroups, OfVersion1HaveAHierarchyForTheCpu) {
  const std::string groups =
      "9:name=systemd:/x\n4:cpuacct:/x\n3:cpuset:/x\n2:cpu:/kubepods/pod:1\n0::/\n";
  EXPECT_EQ(Cores(groups), std::nullopt);
  WriteVersion1("cpuset/x", 100000);  // not where a quota stands
  WriteVersion1("cpu/kubepods/pod:1", -1);
  EXPECT_EQ(Cores(groups), std::nullopt);
  WriteVersion1("cpu/kubepods/pod:1", 150000);
  EXPECT_EQ(Cores(groups), 2);
  WriteVersion1("cpu/kubepods", 50000);
  EXPECT_EQ(Cores(groups), 1);
}

TEST_F(ControlGroups, OfVersion1MayShareAHierarchyWithTheAccountsAndBeNamedByTheHost) {
  WriteVersion1("cpu,cpuacct", 300000);
  EXPECT_EQ(Cores("5:cpu,cpuacct:/docker/1234\n"), 3);
}

TEST_F(ControlGroups, ThatNobodyUnderstandsAreNone) {
  Write("cpu.max", "100000 100000");
  EXPECT_EQ(Cores(""), std::nullopt);
  EXPECT_EQ(Cores("nonsense\n\n1:\n:::\n"), std::nullopt);
}

TEST(AvailableCores, FollowsTheAffinityOfTheProcess) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  std::size_t first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(AvailableCores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
  EXPECT_GE(AvailableCores(), 1);
  EXPECT_LE(AvailableCores(), CPU_COUNT(&before));
}

TEST(IsThreadCount, IsWhatOpenMpTakes) {
  for (const char* taken : {"1", " 4", "4 ", "4,2", "8 ,1"})
    EXPECT_TRUE(IsThreadCount(taken)) << taken;
  for (const char* ignored : {"", "abc", "0", "-1", "4x", "4;2", "99999999999999999999"}) {
    EXPECT_FALSE(IsThreadCount(ignored)) << ignored;
  }
}

}  // namespace
}  // namespace gradcam
