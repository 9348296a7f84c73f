#include "image/picture_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "image/image_testing.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using testing::ErrorOf;

class PictureFile : public ::testing::Test {
 public:
  PictureFile() {
    std::string pattern = (fs::temp_directory_path() / "gradcam-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~PictureFile() override { fs::remove_all(folder_); }

 protected:
  [[nodiscard]] std::string ReasonFor(const fs::path& file, const DecodeOptions& options = {}) {
    const Error error = ErrorOf([&] { (void)ReadPicture(file, options); });
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    const std::string start = "cannot read image '" + file.string() + "': ";
    const std::string what = error.what();
    EXPECT_EQ(what.substr(0, start.size()), start);
    return what.substr(std::min(what.size(), start.size()));
  }

  fs::path folder_;
};

TEST_F(PictureFile, IsReadAsAWhole) {
  const std::string path = testing::SamplePath("jpeg_420.jpg");
  EXPECT_EQ(ReadPictureFile(path, "cat.jpg", {}), testing::ReadBytes(path));
  EXPECT_THAT(ReadPicture(path).image, testing::SamePixelsAs(testing::ReadExpected("jpeg_420")));
}

TEST_F(PictureFile, ThatIsMissingIsRefused) {
  EXPECT_EQ(ReasonFor(folder_ / "none.jpg"), "no such file");
  EXPECT_EQ(ReasonFor(fs::path(testing::SamplePath("jpeg_420.jpg")) / "x.jpg"), "no such file");
}

TEST_F(PictureFile, ThatIsAFolderIsRefused) { EXPECT_EQ(ReasonFor(folder_), "it is a folder"); }

TEST_F(PictureFile, ThatIsEmptyIsRefused) {
  std::ofstream(folder_ / "empty.png").close();
  EXPECT_EQ(ReasonFor(folder_ / "empty.png"), "the file is empty");
}

TEST_F(PictureFile, ThatIsAPipeIsRefusedWithoutWaiting) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(ReasonFor(folder_ / "pipe"), "it is not a regular file");
}

TEST_F(PictureFile, ThatIsTooLargeForAnyPictureIsRefusedUnread) {
  fs::copy_file(testing::SamplePath("png_rgb.png"), folder_ / "huge.png");
  fs::resize_file(folder_ / "huge.png", std::uintmax_t{1} << 40);  // a hole, no real bytes
  EXPECT_EQ(ReasonFor(folder_ / "huge.png"), "it is larger than a picture of 200000000 pixels");
}

TEST_F(PictureFile, HasASizeIfItIsToBeRead) {
  fs::copy_file(testing::SamplePath("png_rgb.png"), folder_ / "cat.png");
  const auto bytes = [this] {
    return BytesToRead(OpenPictureFile(folder_ / "cat.png", "cat.png"), {});
  };
  EXPECT_EQ(bytes(), fs::file_size(folder_ / "cat.png"));
  fs::resize_file(folder_ / "cat.png", std::uintmax_t{1} << 40);
  EXPECT_EQ(bytes(), 0U);
}

TEST_F(PictureFile, OfAFileThatIsNoPictureOnlyTheStartIsRead) {
  std::ofstream(folder_ / "film.jpg") << std::string(
      "\0\0\0\x18"
      "ftypmp42",
      12);
  fs::resize_file(folder_ / "film.jpg", std::uintmax_t{1} << 40);
  EXPECT_LT(ReadPictureFile(folder_ / "film.jpg", "film.jpg", {}).size(), 10'000U);
  EXPECT_EQ(ReasonFor(folder_ / "film.jpg"), "video files are not supported");
}

TEST_F(PictureFile, ThatMayNotBeReadIsRefused) {
  const fs::path file = folder_ / "secret.png";
  fs::copy_file(testing::SamplePath("png_rgb.png"), file);
  fs::permissions(file, fs::perms::none);
  fs::permissions(folder_, fs::perms::others_exec, fs::perm_options::add);
  // Root may read everything: the check runs as nobody in a process of its own.
  EXPECT_EXIT(
      {
        constexpr uid_t kNobody = 65534;
        if (geteuid() == 0 && setuid(kNobody) != 0) {
          std::_Exit(2);
        }
        const Error error = ErrorOf([&] { (void)ReadPicture(file); });
        const std::string expected = "cannot read image '" + file.string() + "': permission denied";
        std::_Exit(error.what() == expected ? 0 : 1);
      },
      ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gradcam
