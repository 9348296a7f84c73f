#include "page/comparison_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "page/comparison_entries.h"
#include "run/temporary_folder.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// A picture of one class whose maps differ by `difference` in one of four cells.
PictureComparison Picture(const std::string& name, float difference) {
  MapComparison map;
  map.baseline = {2, 2, {0, 0, 0, 1}};
  map.current = {2, 2, {difference, 0, 0, 1}};
  map.measures = Measure(map.baseline, map.current);
  ClassComparison explained;
  explained.index = 7;
  explained.label = "cat";
  explained.baseline_probability = 0.5;
  explained.current_probability = 0.25;
  explained.maps = {map};
  PictureComparison picture;
  picture.name = name;
  picture.seen_width = 40;
  picture.seen_height = 30;
  picture.classes = {explained};
  if (difference > 0) {
    picture.failed = true;
    picture.status = FindingKind::kMapChanged;
    Finding finding;
    finding.kind = FindingKind::kMapChanged;
    finding.text = "gradcam of 'cat' changed";
    finding.map = MapKind::kGradcam;
    finding.class_index = 7;
    picture.findings = {finding};
  }
  return picture;
}

TEST(ComparisonEntries, ShowDifferenceBaselineAndCurrent) {
  const std::vector<PageEntry> entries = ComparisonEntries(Picture("a/cat", 0.5F));
  ASSERT_EQ(entries.size(), 1U);
  const PageEntry& entry = entries[0];
  EXPECT_EQ(entry.state, "map_changed");
  EXPECT_THAT(entry.notes, ElementsAre("gradcam of 'cat' changed"));
  EXPECT_DOUBLE_EQ(entry.aspect_ratio, 40.0 / 30);
  EXPECT_DOUBLE_EQ(entry.top[0].probability, 0.5);
  EXPECT_DOUBLE_EQ(entry.top[1].probability, 0.25);
  ASSERT_EQ(entry.maps.size(), 2U);
  EXPECT_EQ(entry.maps[0].state, "map_changed");
  EXPECT_EQ(entry.maps[1].state, "same");  // no saliency was compared
  for (const PageTile& tile : entry.maps[0].tiles) {
    EXPECT_EQ(tile.picture, "");
    EXPECT_THAT(tile.map, StartsWith("data:image/jpeg;base64,"));
  }
  EXPECT_EQ(entry.maps[0].facts[0].value, "0.5");
}

TEST(ComparisonEntries, ACardTellsNothingOfAnotherCard) {
  PictureComparison picture = Picture("a/cat", 0.5F);
  picture.classes.push_back(Picture("a/cat", 0).classes[0]);
  picture.classes[1].index = 8;
  EXPECT_EQ(ComparisonEntries(picture).at(0).state, "map_changed");
  EXPECT_EQ(ComparisonEntries(picture).at(1).state, "same");
  EXPECT_THAT(ComparisonEntries(picture).at(1).notes, ElementsAre());
  Finding finding;
  finding.kind = FindingKind::kPredictionChanged;
  finding.text = "probability of class 9";
  finding.class_index = 9;  // it has no card
  picture.findings.push_back(finding);
  for (const PageEntry& entry : ComparisonEntries(picture)) {
    EXPECT_EQ(entry.state, "prediction_changed");
    EXPECT_EQ(entry.notes.back(), "probability of class 9");
  }
}

TEST(ComparisonEntries, AMapThatIsNotSoundIsNotTheSameAndItsPartnerIsShown) {
  PictureComparison picture = Picture("a/cat", 0);
  picture.classes[0].maps.clear();
  picture.classes[0].sound_maps = {{MapKind::kGradcam, Side::kBaseline, {2, 2, {0, 0, 0, 1}}},
                                   {MapKind::kSaliency, Side::kCurrent, {2, 2, {0, 0, 0, 1}}}};
  picture.status = FindingKind::kUnreadable;
  picture.findings.resize(2);
  picture.findings[0].kind = FindingKind::kNonfinite;
  picture.findings[0].map = MapKind::kGradcam;
  picture.findings[1].kind = FindingKind::kUnreadable;
  picture.findings[1].map = MapKind::kSaliency;
  for (Finding& finding : picture.findings) finding.class_index = 7;
  const PageEntry entry = ComparisonEntries(picture).at(0);
  EXPECT_EQ(entry.maps[0].state, "nonfinite");
  EXPECT_EQ(entry.maps[1].state, "unreadable");
  EXPECT_EQ(entry.maps[0].tiles[0].map, "");
  EXPECT_THAT(entry.maps[0].tiles[1].map, StartsWith("data:image/jpeg;base64,"));
  EXPECT_EQ(entry.maps[0].tiles[2].map, "");
  EXPECT_EQ(entry.maps[1].tiles[1].map, "");
  EXPECT_THAT(entry.maps[1].tiles[2].map, StartsWith("data:image/jpeg;base64,"));
}

TEST(ComparisonEntries, MapsThatWereNotMeasuredAreShownWithoutADifference) {
  PictureComparison picture = Picture("a/cat", 0.5F);
  picture.classes[0].maps[0].measures.reset();  // such as maps of two sizes
  const PageMap map = ComparisonEntries(picture).at(0).maps[0];
  EXPECT_EQ(map.tiles[0].map, "");
  EXPECT_THAT(map.tiles[1].map, StartsWith("data:image/jpeg;base64,"));
  EXPECT_THAT(map.tiles[2].map, StartsWith("data:image/jpeg;base64,"));
  EXPECT_TRUE(map.facts.empty());
  EXPECT_EQ(map.summary, "");
}

TEST(ComparisonEntries, APictureThatCannotBeComparedHasItsReasons) {
  PictureComparison picture;
  picture.name = "a/cat";
  picture.status = FindingKind::kUnreadable;
  picture.findings.resize(2);
  picture.findings[0].text = "one";
  picture.findings[1].text = "two";
  const std::vector<PageEntry> entries = ComparisonEntries(picture);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].error, "one\ntwo");
  EXPECT_EQ(entries[0].state, "unreadable");
}

LoneClass Lone(Side side, int index, const std::string& label) {
  LoneClass lone;
  lone.side = side;
  lone.index = index;
  lone.label = label;
  lone.probability = 0.5;
  lone.maps = {{MapKind::kGradcam, {2, 2, {0, 0, 0, 1}}}};
  return lone;
}

TEST(ComparisonEntries, ClassesThatOneSideExplainsStandSideBySide) {
  PictureComparison picture;
  picture.name = "a/cat";
  picture.status = FindingKind::kPredictionChanged;
  picture.seen_width = 40;
  picture.seen_height = 30;
  picture.lone_classes = {Lone(Side::kBaseline, 1, "tiger cat"), Lone(Side::kBaseline, 2, "lynx"),
                          Lone(Side::kCurrent, 3, "")};
  const std::vector<PageEntry> entries = ComparisonEntries(picture);
  ASSERT_EQ(entries.size(), 2U);
  const PageEntry& pair = entries[0];
  EXPECT_FALSE(pair.has_large_tile);
  EXPECT_EQ(pair.explained->index, 3);
  EXPECT_THAT(pair.hint, HasSubstr("Maps of different classes"));
  EXPECT_EQ(pair.maps[0].tiles[0].map, "");
  EXPECT_THAT(pair.maps[0].tiles[1].map, StartsWith("data:image/jpeg;base64,"));
  EXPECT_THAT(pair.maps[0].tiles[2].map, StartsWith("data:image/jpeg;base64,"));
  EXPECT_EQ(pair.maps[1].tiles[1].map, "");  // no saliency is there
  EXPECT_EQ(pair.top[0].label, "tiger cat");
  EXPECT_EQ(pair.top[0].side, "baseline");
  EXPECT_EQ(pair.top[1].index, 3);
  EXPECT_EQ(pair.top[1].side, "current");
  EXPECT_EQ(entries[1].explained->label, "lynx");
  EXPECT_THAT(entries[1].hint, HasSubstr("Only one side"));
}

TEST(ComparisonPage, KeepsTheWorstInTheirOrder) {
  const TemporaryFolder folder;
  ComparisonPage page(folder / "page.html", /*most=*/2);
  for (const auto& [name, difference] :
       {std::pair("a", 0.0F), std::pair("b", 0.25F), std::pair("c", 0.75F), std::pair("d", 0.5F),
        std::pair("e", 0.0F)}) {
    page.Add(Picture(name, difference));
  }
  CompareSummary summary;
  summary.pictures = 5;
  const auto written = page.Write("new against old", summary);
  ASSERT_EQ(written.size(), 1U);
  const std::string html = Content(written[0].file);
  EXPECT_THAT(html, AllOf(HasSubstr(R"("file":"c")"), HasSubstr(R"("file":"d")"),
                          Not(HasSubstr(R"("file":"b")")), Not(HasSubstr(R"("file":"a")"))));
  EXPECT_LT(html.find(R"("file":"c")"), html.find(R"("file":"d")"));
  EXPECT_THAT(html, HasSubstr("The page shows the 2 pictures that lie farthest apart."));
}

}  // namespace
}  // namespace gradcam
