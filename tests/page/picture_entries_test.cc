#include "page/picture_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "gradcam/draw.h"
#include "image/decode.h"
#include "page/picture_url.h"
#include "report/json_text.h"
#include "report/sample_report.h"
#include "run/npy.h"
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
    return PictureEntries(folder, originals, use, temporary / "out")
        .Of({.picture = "a/cat", .file = "a/cat.json"});
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

// A raw map that is hot on the left, in place of the heatmap.
void GiveRawMap(const TemporaryFolder& temporary, ClassReport& explained) {
  const Map raw{2, 2, {2, -1, 2, -1}};
  const std::vector<std::uint8_t> bytes = EncodeNpy(raw);
  temporary.Write("out/a/cat.gradcam.npy", std::string(bytes.begin(), bytes.end()));
  explained.gradcam.width = 2;
  explained.gradcam.height = 2;
  explained.files = {{"gradcam_raw", "cat.gradcam.npy"}};
}

std::vector<std::uint8_t> FromBase64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<std::uint8_t> bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : text.substr(0, text.find('='))) {
    bits = bits << 6U | static_cast<std::uint32_t>(kDigits.find(digit));
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> static_cast<unsigned>(count)));
  }
  return bytes;
}

// The picture in a data URL.
Image Embedded(const PictureUrl& url) {
  constexpr std::string_view kPrefix = "data:image/jpeg;base64,";
  EXPECT_THAT(url, StartsWith(kPrefix));
  return DecodePicture(FromBase64(url.substr(kPrefix.size())), "url", {}).image;
}

std::uint8_t Red(const Image& image, int x, int y) {
  return image.rgb.at(static_cast<std::size_t>((y * image.width + x) * 3));
}

TEST_F(PictureEntriesTest, WithoutAHeatmapTheRawMapIsDrawn) {
  context.settings.render.colormap = Colormap::kGrey;
  GiveRawMap(temporary, report.explanations[0]);
  const PageEntry entry = Entries()[0];
  EXPECT_THAT(entry.notes, IsEmpty());
  EXPECT_EQ(entry.maps[0].tiles[2].map, entry.maps[0].tiles[0].map);
  const Image drawn = Embedded(entry.maps[0].tiles[2].map);
  EXPECT_EQ(drawn.width, 20);  // the part that the network saw
  EXPECT_EQ(drawn.height, 20);
  EXPECT_GT(Red(drawn, 1, 10), 240);
  EXPECT_LT(Red(drawn, 18, 10), 16);
}

TEST_F(PictureEntriesTest, ADrawnRawMapBesideLinkedPicturesIsThatOfTheWholePicture) {
  context.settings.render.colormap = Colormap::kGrey;
  GiveRawMap(temporary, report.explanations[0]);
  const Image drawn = Embedded(Entries(PictureUse::kLink)[0].maps[0].tiles[2].map);
  EXPECT_EQ(drawn.width, 40);
  EXPECT_EQ(drawn.height, 30);
  EXPECT_LT(Red(drawn, 2, 15), 16);
  EXPECT_GT(Red(drawn, 12, 15), 240);
}

TEST_F(PictureEntriesTest, ARawMapOfAnotherSizeIsRefused) {
  GiveRawMap(temporary, report.explanations[0]);
  report.explanations[0].gradcam.width = 3;
  const PageEntry entry = Entries()[0];
  EXPECT_EQ(entry.state, "incomplete");
  EXPECT_THAT(entry.notes, Contains(HasSubstr("the map has 2 x 2 values, its report says 2 x 3")));
}

TEST_F(PictureEntriesTest, APictureOfAnotherSizeThanItsReportSaysIsNotShown) {
  report.image.width = 400;
  report.image.seen = {300, 5, 20, 20};
  EXPECT_THAT(Entries()[0].notes, Contains(HasSubstr("'cat.jpg' has not the size 400")));
}

TEST_F(PictureEntriesTest, SizesOfAHostileReportCostNoMemory) {
  context.settings.render.output_size = OutputSize::kInput;
  context.model.info.preprocess.width = 2'000'000'000;
  context.model.info.preprocess.height = 2'000'000'000;
  report.image.seen = {0, 0, 40, 30};
  const Image drawn = Embedded(Entries()[0].maps[0].tiles[1].picture);
  EXPECT_EQ(drawn.width, kPictureSide);
}

TEST_F(PictureEntriesTest, TheTrueClassIsTold) {
  EXPECT_FALSE(Entries()[0].truth.has_value());
  report.truth = report.top[1];
  ASSERT_TRUE(Entries()[0].truth.has_value());
  EXPECT_FALSE(Entries()[0].truth->is_right);
  EXPECT_EQ(Entries()[0].truth->true_class.index, report.top[1].index);
  report.truth = report.top[0];
  EXPECT_TRUE(Entries()[0].truth->is_right);
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
  const auto entries = PictureEntries(folder, originals, PictureUse::kEmbed, temporary / "out")
                           .Of({.picture = "torn", .file = "torn.json"});
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].state, kFailedState);
  EXPECT_THAT(entries[0].error, HasSubstr("not valid JSON"));
}

}  // namespace
}  // namespace gradcam
