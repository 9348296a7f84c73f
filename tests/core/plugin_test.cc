#include "core/plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Plugin, IsFoundRelativeToTheProgramAndOpened) {
  const Plugin plugin = OpenPlugin("sample", 3, PluginFolders());
  ASSERT_NE(plugin.interface, nullptr);
  EXPECT_EQ(*static_cast<int*>(plugin.interface), 7);
  EXPECT_EQ(plugin.problem, "");
}

TEST(Plugin, FoldersLieBesideTheProgram) {
  const fs::path program = fs::read_symlink("/proc/self/exe");
  ASSERT_FALSE(PluginFolders().empty());
  EXPECT_EQ(PluginFolders()[0], program.parent_path() / "lib" / "gradcam");
}

TEST(Plugin, ThatIsMissingIsANormalState) {
  const Plugin plugin = OpenPlugin("nonesuch", 1, PluginFolders());
  EXPECT_EQ(plugin.interface, nullptr);
  EXPECT_EQ(plugin.problem, "is not installed");
}

TEST(Plugin, OfAnotherVersionIsRefused) {
  const Plugin plugin = OpenPlugin("sample", 4, PluginFolders());
  EXPECT_EQ(plugin.interface, nullptr);
  EXPECT_THAT(plugin.problem, StartsWith("belongs to another version of gradcam"));
}

TEST(Plugin, ThatIsNoLibraryIsNamedWithTheReason) {
  std::string pattern = (fs::temp_directory_path() / "gradcam-XXXXXX").string();
  const fs::path folder = mkdtemp(pattern.data());
  std::ofstream(folder / "libgradcam_sample.so") << "not a library";
  const Plugin plugin = OpenPlugin("sample", 3, std::vector{folder});
  fs::remove_all(folder);
  EXPECT_EQ(plugin.interface, nullptr);
  EXPECT_THAT(plugin.problem, StartsWith("cannot be loaded: "));
  EXPECT_THAT(plugin.problem, HasSubstr("libgradcam_sample.so"));
}

}  // namespace
}  // namespace gradcam
