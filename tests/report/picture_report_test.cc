#include "report/picture_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "report/json_text.h"
#include "report/sample_report.h"

namespace gradcam {
namespace {

TEST(PictureReport, IsTheSampleThatTheSchemaDescribes) {
  EXPECT_EQ(JsonText(SamplePicture(), SampleContext()), SampleText("report.json"));
}

TEST(PictureReport, WritesNumbersThatAreNotFiniteAsNull) {
  PictureReport picture = SamplePicture();
  picture.top[0].logit = std::numeric_limits<double>::infinity();
  picture.explanations[0].gradcam.summary.max = std::nan("");
  const auto json = nlohmann::json::parse(JsonText(picture, SampleContext()));
  EXPECT_TRUE(json["top"][0]["logit"].is_null());
  EXPECT_TRUE(json["explanations"][0]["gradcam"]["max"].is_null());
}

TEST(PictureReport, ReplacesBytesThatAreNoUtf8AndKeepsTheNameAsFileBytes) {
  PictureReport picture = SamplePicture();
  picture.image.file = "a/caf\xE9 1.jpg";
  picture.top[0].label = "chat \xFF";
  const auto json = nlohmann::json::parse(JsonText(picture, SampleContext()));
  EXPECT_EQ(json["image"]["file"], "a/caf\xEF\xBF\xBD 1.jpg");
  EXPECT_EQ(json["image"]["file_bytes"], "a/caf%E9%201.jpg");
  EXPECT_EQ(json["top"][0]["label"], "chat \xEF\xBF\xBD");
}

TEST(PictureReport, HasNoFileBytesForAnOrdinaryName) {
  PictureReport picture = SamplePicture();
  picture.image.file = "caf\xC3\xA9.jpg";
  const auto json = nlohmann::json::parse(JsonText(picture, SampleContext()));
  EXPECT_EQ(json["image"]["file"], "caf\xC3\xA9.jpg");
  EXPECT_FALSE(json["image"].contains("file_bytes"));
}

TEST(PictureReport, NamesTheShorterSideOfACroppingPreprocessing) {
  RunContext context = SampleContext();
  context.model.info.preprocess.mode = ResizeMode::kShorter;
  context.model.info.preprocess.shorter_side = 256;
  const auto json = nlohmann::json::parse(JsonText(SamplePicture(), context));
  EXPECT_EQ(json["preprocess"]["resize_mode"], "shorter");
  EXPECT_EQ(json["preprocess"]["resize_pixels"], 256);
}

TEST(CanonicalSettings, AreTheSameForTheSameSettings) {
  const RunContext context = SampleContext();
  EXPECT_EQ(CanonicalSettings(context.settings, context.model),
            CanonicalSettings(SampleContext().settings, SampleContext().model));
}

TEST(CanonicalSettings, DifferAsSoonAsOneSettingDoes) {
  const RunContext context = SampleContext();
  const std::string before = CanonicalSettings(context.settings, context.model);
  const auto changed = [&](auto change) {
    RunContext other = context;
    change(other);
    return CanonicalSettings(other.settings, other.model) != before;
  };
  EXPECT_TRUE(changed([](RunContext& c) { c.settings.render.alpha = 0.25; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.settings.render.colormap = Colormap::kTurbo; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.settings.explain.score = Score::kLogit; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.settings.explain.top_k = 6; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.settings.explain.classes.pop_back(); }));
  EXPECT_TRUE(changed([](RunContext& c) { c.settings.outputs.insert(Output::kPanel); }));
  EXPECT_TRUE(changed([](RunContext& c) { c.model.sha256[0] = '0'; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.model.info.layer = "block4_conv3"; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.model.info.preprocess.std[2] = 2; }));
  EXPECT_TRUE(changed([](RunContext& c) { c.model.info.labels = {{"", "cat"}}; }));
}

TEST(CanonicalSettings, DoNotDependOnTheFileNameOfTheModelOrTheVersionOfTheTool) {
  RunContext other = SampleContext();
  other.model.file = "copy.pt";
  other.tool.version = "9.9.9";
  EXPECT_EQ(CanonicalSettings(other.settings, other.model),
            CanonicalSettings(SampleContext().settings, SampleContext().model));
}

TEST(IsReport, KnowsItsOwnReportsOnly) {
  EXPECT_TRUE(IsReport(SampleText("report.json")));
  EXPECT_TRUE(IsReport(SampleText("run.json")));
  EXPECT_FALSE(IsReport(R"({"shapes": [], "imagePath": "cat.jpg"})"));
  EXPECT_FALSE(IsReport(R"({"tool": "gradcam"})"));
  EXPECT_FALSE(IsReport(R"({"tool": {"name": "other"}})"));
  EXPECT_FALSE(IsReport(R"(["tool"])"));
  EXPECT_FALSE(IsReport("not json"));
}

}  // namespace
}  // namespace gradcam
