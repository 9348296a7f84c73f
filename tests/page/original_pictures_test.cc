#include "page/original_pictures.h"

#include <gtest/gtest.h>

#include "run/sha256.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

class OriginalPicturesTest : public ::testing::Test {
 protected:
  TemporaryFolder folder;

  void SetUp() override {
    folder.Write("photos/a/cat.jpg", "cat");
    folder.Write("other/cat.jpg", "another cat");
  }

  [[nodiscard]] OriginalPictures With(const std::vector<std::string>& inputs) const {
    return {inputs, {folder.path()}, std::nullopt};
  }

  [[nodiscard]] static ImageReport Image(const std::string& file, const std::string& content) {
    ImageReport image;
    image.file = file;
    image.sha256 = Sha256Of(content);
    return image;
  }

  const ImageReport cat = Image("a/cat.jpg", "cat");
  const ImageReport alone = Image("cat.jpg", "cat");
};

TEST_F(OriginalPicturesTest, AreFoundBelowAFolder) {
  const auto found = With({"photos"}).Find(cat);
  EXPECT_EQ(found.file, folder / "photos" / "a/cat.jpg");
  EXPECT_EQ(std::string(found.bytes.begin(), found.bytes.end()), "cat");
}

TEST_F(OriginalPicturesTest, AreFoundByTheirOwnPathRelativeOrAbsolute) {
  EXPECT_FALSE(With({"photos/a/cat.jpg"}).Find(alone).file.empty());
  EXPECT_FALSE(With({(folder / "photos/a/cat.jpg").string()}).Find(alone).file.empty());
}

TEST_F(OriginalPicturesTest, AreFoundInListsOfPathsAndOfTables) {
  folder.Write("list.txt", "other/cat.jpg\r\n\nphotos/a/cat.jpg\n");
  folder.Write("list.csv", "path,class\nphotos/a/cat.jpg,7\n");
  EXPECT_FALSE(With({"@list.txt"}).Find(alone).file.empty());
  EXPECT_FALSE(With({"@list.csv"}).Find(cat).file.empty());
  EXPECT_TRUE(With({"@none.txt", "@-"}).Find(cat).file.empty());
}

TEST_F(OriginalPicturesTest, TheBytesDecideWhichOneIsMeant) {
  const auto found = With({"other/cat.jpg", "photos/a/cat.jpg"}).Find(alone);
  EXPECT_EQ(found.file, folder / "photos/a/cat.jpg");
}

TEST_F(OriginalPicturesTest, AFileOfOtherBytesIsNotTaken) {
  const auto found = With({"other"}).Find(alone);
  EXPECT_TRUE(found.file.empty());
  EXPECT_TRUE(found.is_changed);
  EXPECT_FALSE(With({"photos"}).Find(alone).is_changed);
}

TEST_F(OriginalPicturesTest, AGivenFolderTakesThePlaceOfTheInputs) {
  const OriginalPictures originals({"photos"}, {folder.path()}, folder / "photos");
  EXPECT_FALSE(originals.Find(cat).file.empty());
  const OriginalPictures elsewhere({"photos"}, {folder.path()}, folder / "other");
  EXPECT_TRUE(elsewhere.Find(cat).file.empty());
}

TEST_F(OriginalPicturesTest, NothingIsLookedForAboveAnInput) {
  EXPECT_TRUE(With({"other"}).Find(Image("../photos/a/cat.jpg", "cat")).file.empty());
  EXPECT_TRUE(
      With({"other"}).Find(Image((folder / "photos/a/cat.jpg").string(), "cat")).file.empty());
  EXPECT_TRUE(With({"photos"}).Find(Image("", "cat")).file.empty());
}

}  // namespace
}  // namespace gradcam
