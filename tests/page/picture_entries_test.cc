#include "page/picture_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "gradcam/draw.h"
#include "report/json_text.h"
#include "report/sample_report.h"
#include "run/sha256.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string Png(int width, int height) {
  const Image image{width, height,
                    std::vector<std::uint8_t>(static_cast<std::size_t>(width * height * 3), 200)};
  const std::vector<std::uint8_t> bytes = EncodePng(image);
  return {bytes.begin(), bytes.end()};
}

// A folder with the report of a picture of 40x30, of which the network saw the middle.
class PictureEntriesTest : public ::testing::Test {
 protected:
  TemporaryFolder temporary;
  PictureReport report = SamplePicture();
  RunContext context = SampleContext();

  void SetUp() override {
    const std::string picture = Png(40, 30);
    temporary.Write("photos/a/cat.jpg", picture);
    report.image = {"a/cat.jpg", Sha256Of(picture), 40, 30, 1, {10, 5, 20, 20}};
    report.explanations.resize(1);
    ClassReport& explained = report.explanations[0];
    explained.gradcam.peak = Point{19, 14};
    explained.saliency = explained.gradcam;
    explained.files = {{"gradcam", "cat.gradcam.png"},
                       {"gradcam_overlay", "cat.gradcam-overlay.png"}};
    temporary.Write("out/a/cat.gradcam.png", Png(40, 30));
    temporary.Write("out/a/cat.gradcam-overlay.png", Png(40, 30));
  }

  // The entries of the report as it stands now.
  [[nodiscard]] std::vector<PageEntry> Entries(PictureUse use = PictureUse::kEmbed,
                                               const std::string& input = "photos") const {
    temporary.Write("out/a/cat.json", JsonText(report, context));
    const ResultFolder folder(temporary / "out");
    const OriginalPictures originals({input}, {temporary.path()}, std::nullopt);
    return PictureEntries(folder, originals, use, temporary / "out").Of("a/cat.json");
  }
};

TEST_F(PictureEntriesTest, ShowMapOverPicturePictureAndMap) {
  const std::vector<PageEntry> entries = Entries();
  ASSERT_EQ(entries.size(), 1U);
  const PageEntry& entry = entries[0];
  EXPECT_EQ(entry.file, "a/cat.jpg");
  EXPECT_EQ(entry.state, "ok");
  EXPECT_THAT(entry.notes, IsEmpty());
  const auto& tiles = entry.maps[0].tiles;
  EXPECT_THAT(tiles[0].picture, StartsWith("data:image/jpeg;base64,"));
  EXPECT_EQ(tiles[1].picture, tiles[0].picture);
  EXPECT_EQ(tiles[2].map, tiles[0].map);
  EXPECT_NE(tiles[0].map, tiles[0].picture);
}

TEST_F(PictureEntriesTest, PlacesAreFractionsOfThePicture) {
  const PageEntry entry = Entries()[0];
  EXPECT_DOUBLE_EQ(entry.aspect_ratio, 40.0 / 30);
  EXPECT_DOUBLE_EQ(entry.seen.x, 0.25);
  EXPECT_DOUBLE_EQ(entry.seen.y, 5.0 / 30);
  EXPECT_DOUBLE_EQ(entry.seen.width, 0.5);
  EXPECT_DOUBLE_EQ(entry.seen.height, 20.0 / 30);
  ASSERT_TRUE(entry.maps[0].peak.has_value());
  EXPECT_DOUBLE_EQ(entry.maps[0].peak->x, 19.5 / 40);
  EXPECT_DOUBLE_EQ(entry.maps[0].peak->y, 14.5 / 30);
}

TEST_F(PictureEntriesTest, ThereIsOneForEachExplainedClass) {
  report.explanations.push_back(report.explanations[0]);
  report.explanations[1].prediction.index = 281;
  const std::vector<PageEntry> entries = Entries();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].explained->index, 285);
  EXPECT_EQ(entries[1].explained->index, 281);
}

TEST_F(PictureEntriesTest, WithoutThePictureTheOverlayIsShownAndItIsSaid) {
  const PageEntry entry = Entries(PictureUse::kEmbed, "elsewhere")[0];
  EXPECT_THAT(entry.notes, ElementsAre("The picture was not found; the stored overlay is shown."));
  EXPECT_EQ(entry.state, "ok");
  const auto& tiles = entry.maps[0].tiles;
  EXPECT_THAT(tiles[0].picture, StartsWith("data:image/jpeg;base64,"));
  EXPECT_EQ(tiles[0].map, "");
  EXPECT_EQ(tiles[1].picture, "");
  EXPECT_NE(tiles[2].map, "");
}

TEST_F(PictureEntriesTest, AChangedPictureIsNotShown) {
  temporary.Write("photos/a/cat.jpg", Png(40, 29));
  EXPECT_THAT(Entries()[0].notes, Contains(HasSubstr("has changed since the run")));
}

TEST_F(PictureEntriesTest, WithoutThePictureTheNetworksInputIsShown) {
  report.files = {{"input", "cat.input.png"}};
  temporary.Write("out/a/cat.input.png", Png(16, 16));
  report.image.seen = {0, 0, 40, 30};
  const PageEntry entry = Entries(PictureUse::kEmbed, "elsewhere")[0];
  EXPECT_THAT(entry.notes, IsEmpty());
  EXPECT_NE(entry.maps[0].tiles[1].picture, "");
}

TEST_F(PictureEntriesTest, AMissingFileIsANoteAndAState) {
  report.explanations[0].files[0].name = "gone.png";
  const PageEntry entry = Entries()[0];
  EXPECT_EQ(entry.state, "incomplete");
  EXPECT_THAT(entry.notes, Contains(HasSubstr("'a/gone.png': no such file")));
}

TEST_F(PictureEntriesTest, AFileOutsideOfTheFolderIsRefused) {
  report.explanations[0].files[0].name = "../../photos/a/cat.jpg";
  for (const PictureUse use : {PictureUse::kEmbed, PictureUse::kLink}) {
    const PageEntry entry = Entries(use)[0];
    EXPECT_EQ(entry.state, "incomplete");
    EXPECT_THAT(entry.notes, Contains(HasSubstr("leads out of the folder")));
    EXPECT_EQ(entry.maps[0].tiles[2].map, "");
  }
}

TEST_F(PictureEntriesTest, AMapOfAnotherSizeIsRefused) {
  temporary.Write("out/a/cat.gradcam.png", Png(20, 20));
  const PageEntry entry = Entries()[0];
  EXPECT_EQ(entry.state, "incomplete");
  EXPECT_THAT(entry.notes, Contains(HasSubstr("has not the size")));
}

TEST_F(PictureEntriesTest, LinksAreRelativeToThePage) {
  const PageEntry entry = Entries(PictureUse::kLink)[0];
  const auto& tiles = entry.maps[0].tiles;
  EXPECT_EQ(tiles[0].picture, "./../photos/a/cat.jpg");
  EXPECT_EQ(tiles[0].map, "./a/cat.gradcam.png");
}

TEST_F(PictureEntriesTest, TheGraverMapGivesTheState) {
  report.explanations[0].saliency.summary.status = MapStatus::kAllZero;
  report.explanations[0].saliency.peak.reset();
  const PageEntry entry = Entries()[0];
  EXPECT_EQ(entry.state, "all_zero");
  EXPECT_EQ(entry.maps[0].state, "ok");
  EXPECT_EQ(entry.maps[1].state, "all_zero");
}

TEST_F(PictureEntriesTest, ADamagedReportIsAFailure) {
  temporary.Write("out/torn.json", "{\"tool\":");
  const ResultFolder folder(temporary / "out");
  const OriginalPictures originals({}, {}, std::nullopt);
  const auto entries =
      PictureEntries(folder, originals, PictureUse::kEmbed, temporary / "out").Of("torn.json");
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].state, kFailedState);
  EXPECT_THAT(entries[0].error, HasSubstr("not valid JSON"));
}

}  // namespace
}  // namespace gradcam
