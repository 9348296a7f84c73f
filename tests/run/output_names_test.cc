#include "run/output_names.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(OutputNames, BeginWithThePicturesNameWithoutItsExtension) {
  EXPECT_EQ(OutputStem("cat.jpg", false), "cat");
  EXPECT_EQ(OutputStem("cat.2024.jpg", false), "cat.2024");
  EXPECT_EQ(OutputStem("cat", false), "cat");
  EXPECT_EQ(OutputStem(".cat", false), ".cat");
  EXPECT_EQ(OutputStem("cat.jpg", true), "cat.jpg");
}

TEST(OutputNames, HoldTheClassIfThereAreSeveral) {
  EXPECT_EQ(OutputName("cat", std::nullopt, FileKind::kGradcam), "cat.gradcam.png");
  EXPECT_EQ(OutputName("cat", 281, FileKind::kSaliencyOverlay), "cat.281.saliency-overlay.png");
  EXPECT_EQ(OutputName("cat", std::nullopt, FileKind::kSaliencyRaw), "cat.saliency.npy");
  EXPECT_EQ(OutputName("cat", std::nullopt, FileKind::kReport), "cat.json");
}

TEST(OutputNames, OfDrawingsEndInTheirFormat) {
  EXPECT_EQ(OutputName("cat", 281, FileKind::kGradcamOverlay, ImageFormat::kJpg),
            "cat.281.gradcam-overlay.jpg");
  EXPECT_EQ(OutputName("cat", {}, FileKind::kPanel, ImageFormat::kWebp), "cat.panel.webp");
  EXPECT_EQ(OutputName("cat", {}, FileKind::kGradcam, ImageFormat::kJpg), "cat.gradcam.png");
  EXPECT_EQ(OutputName("cat", {}, FileKind::kReport, ImageFormat::kWebp), "cat.json");
}

TEST(OutputNames, AreReadBack) {
  for (std::size_t ending = 0; ending < kOutputEndings.size(); ++ending) {
    const auto parsed = ParseOutputName(NameWithEnding("cat.1", 281, ending));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->base, "cat.1.281");
    EXPECT_EQ(parsed->kind, kOutputEndings.at(ending).kind);
    EXPECT_EQ(parsed->ending, ending);
  }
  EXPECT_FALSE(ParseOutputName("cat.png"));
  EXPECT_FALSE(ParseOutputName("cat.gradcam.jpg"));
  EXPECT_FALSE(ParseOutputName(".json"));
}

TEST(OutputNames, HaveAClassIndexOnlyAsWeWriteIt) {
  const auto split = SplitClassIndex("cat.1.281");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->stem, "cat.1");
  EXPECT_EQ(split->index, 281);
  for (const char* base :
       {"cat", "cat.v2", "cat.", ".281", "cat.007", "cat.+1", "cat.9999999999"}) {
    EXPECT_FALSE(SplitClassIndex(base)) << base;
  }
}

TEST(OutputNames, StandBelowTheOutputFolderAsThePictureBelowItsInput) {
  const OutputPlace place = PlaceOf("a/b/cat.jpg", false);
  EXPECT_EQ(place.folder, "a/b");
  EXPECT_EQ(place.stem, "cat");
  EXPECT_EQ(PlaceOf("cat.jpg", true).folder, "");
  EXPECT_NE(PlaceOf("a/cat.jpg", false).Key(), PlaceOf("b/cat.jpg", false).Key());
}

TEST(OutputNames, FitIntoTheFileSystemHoweverLongThePicturesName) {
  // 125 letters of two bytes, and a cut at an odd byte would tear one.
  std::string name;
  for (int i = 0; i < 125; ++i) name += "\xC3\xA9";
  const std::string stem = OutputStem(name + ".jpg", false);
  for (std::size_t ending = 0; ending < kOutputEndings.size(); ++ending) {
    EXPECT_LE(NameWithEnding(stem, 2147483647, ending).size(), 255U);
  }
  EXPECT_EQ(stem.substr(0, stem.size() - 9), name.substr(0, 212));  // 222 - 9 bytes
  EXPECT_EQ(stem[stem.size() - 9], '-');
}

TEST(OutputNames, DifferForLongNamesThatBeginAlike) {
  const std::string name(240, 'x');
  EXPECT_NE(OutputStem(name + "1.jpg", false), OutputStem(name + "2.jpg", false));
  EXPECT_EQ(OutputStem(std::string(222, 'x') + ".jpg", false), std::string(222, 'x'));
}

// "folder stem"
std::string Writer(const std::string& path, const Settings& settings) {
  const auto place = PlaceThatWrites(path, settings);
  return place ? place->folder + " " + place->stem : "none";
}

TEST(OutputNames, TellThePlaceOfThePictureThatWritesThem) {
  Settings settings;
  settings.outputs = {Output::kJson, Output::kGradcam, Output::kPanel};
  settings.render.format = ImageFormat::kWebp;
  EXPECT_EQ(Writer("a/b/cat.json", settings), "a/b cat");
  EXPECT_EQ(Writer("cat.7.gradcam.png", settings), " cat.7");
  EXPECT_EQ(Writer("cat.panel.webp", settings), " cat");
  EXPECT_EQ(Writer("cat.panel.png", settings), "none");
  EXPECT_EQ(Writer("cat.saliency.png", settings), "none");
  EXPECT_EQ(Writer("cat.jpg", settings), "none");
  settings.explain.classes.resize(2);
  EXPECT_EQ(Writer("cat.7.gradcam.png", settings), " cat");
  EXPECT_EQ(Writer("cat.gradcam.png", settings), "none");
  EXPECT_EQ(Writer("cat.7.json", settings), " cat.7");
}

TEST(OutputNames, StandInAllFoldersOnTheWay) {
  EXPECT_EQ(FoldersTo(""), std::vector<std::string>());
  EXPECT_EQ(FoldersTo("a/b/c"), (std::vector<std::string>{"a", "a/b", "a/b/c"}));
}

TEST(OutputNames, FollowWhatIsToBeWritten) {
  EXPECT_TRUE(IsWanted(FileKind::kSaliencyRaw, {Output::kRaw}));
  EXPECT_TRUE(IsWanted(FileKind::kReport, {Output::kJson}));
  EXPECT_FALSE(IsWanted(FileKind::kGradcam, {Output::kGradcamOverlay}));
}

}  // namespace
}  // namespace gradcam
