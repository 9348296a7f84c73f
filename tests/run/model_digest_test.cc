#include "run/model_digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "gradcam/error.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// FIPS 180-2, appendix B.1.
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

// A file that was changed just now is not remembered: its times could stay the same on the next
// change. What counts is the younger of mtime and ctime, and ctime cannot be set.
void WaitUntilSettled() { std::this_thread::sleep_for(std::chrono::milliseconds(2100)); }

TEST(ModelDigest, IsTheSha256OfTheFile) {
  const TemporaryFolder folder;
  folder.Write("model.pt", "abc");
  EXPECT_EQ(ModelDigest(folder / "model.pt", "").Get(), kOfAbc);
  EXPECT_EQ(ModelDigest(folder / "model.pt", folder / "cache").Get(), kOfAbc);
}

TEST(ModelDigest, IsNotRememberedForAFileThatWasJustChanged) {
  const TemporaryFolder folder;
  folder.Write("model.pt", "abc");
  static_cast<void>(ModelDigest(folder / "model.pt", folder / "cache").Get());
  EXPECT_FALSE(fs::exists(folder / "cache/model-digests"));
}

TEST(ModelDigest, IsTakenFromTheCacheUntilTheFileChanges) {
  const TemporaryFolder folder;
  folder.Write("my model.pt", "abc");
  WaitUntilSettled();
  EXPECT_EQ(ModelDigest(folder / "my model.pt", folder / "cache").Get(), kOfAbc);
  const std::string cache = Content(folder / "cache/model-digests");
  ASSERT_THAT(cache, HasSubstr(kOfAbc));
  // A digest that only the cache can have given.
  const std::string other(64, '1');
  folder.Write("cache/model-digests", other + cache.substr(64));
  EXPECT_EQ(ModelDigest(folder / "my model.pt", folder / "cache").Get(), other);
  // Same size, new content.
  folder.Write("my model.pt", "abd");
  EXPECT_THAT(ModelDigest(folder / "my model.pt", folder / "cache").Get(),
              testing::AllOf(testing::Ne(other), testing::Ne(kOfAbc)));
}

TEST(ModelDigest, IgnoresACacheThatIsDamagedOrCannotBeUsed) {
  const TemporaryFolder folder;
  folder.Write("model.pt", "abc");
  folder.Write("cache/model-digests", std::string("\x00\xFF\nzz\n\n", 6) + std::string(100, 'z'));
  EXPECT_EQ(ModelDigest(folder / "model.pt", folder / "cache").Get(), kOfAbc);
  EXPECT_EQ(ModelDigest(folder / "model.pt", folder / "model.pt").Get(), kOfAbc);
}

TEST(ModelDigest, NamesAFileThatCannotBeRead) {
  const TemporaryFolder folder;
  const ModelDigest digest(folder / "none.pt", "");
  try {
    static_cast<void>(digest.Get());
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kModel);
    EXPECT_THAT(error.what(), HasSubstr("none.pt': no such file or directory"));
  }
}

TEST(ModelDigest, NeedNotBeWaitedFor) {
  const TemporaryFolder folder;
  folder.Write("model.pt", "");
  fs::resize_file(folder / "model.pt", std::uintmax_t{64} << 30U);  // hashing takes over 20 s
  const auto start = std::chrono::steady_clock::now();
  {
    const ModelDigest digest(folder / "model.pt", "");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace gradcam
