#include "report/parse_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "gradcam/error.h"
#include "report/json_text.h"
#include "report/sample_report.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using Json = nlohmann::ordered_json;

std::string Written(const StoredReport& stored) { return JsonText(stored.picture, stored.run); }

// The message for the sample report after `change`.
std::string ProblemOf(const std::function<void(Json&)>& change) {
  Json document = Json::parse(SampleText("report.json"));
  change(document);
  try {
    (void)ParseReport(document.dump(), "report 'cat.json'");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.what();
  }
  return "";
}

TEST(ParseReport, WrittenAgainGivesTheSameText) {
  const std::string text = SampleText("report.json");
  EXPECT_EQ(Written(ParseReport(text, "sample")), text);
}

TEST(ParseReport, WrittenAgainGivesTheSameTextWithEverySettingChanged) {
  RunContext run = SampleContext();
  Preprocess& preprocess = run.model.info.preprocess;
  preprocess.filter = ResizeFilter::kBilinear;
  preprocess.mode = ResizeMode::kShorter;
  preprocess.shorter_side = 256;
  preprocess.bgr = false;
  run.model.info.output_kind = OutputKind::kSigmoid;
  run.settings.decode.exif = ExifOrientation::kIgnore;
  run.settings.decode.alpha_channel = AlphaChannel::kPremultiply;
  run.settings.explain.score = Score::kLogProbability;
  run.settings.precision = Precision::kBfloat16;
  run.settings.render.colormap = Colormap::kInferno;
  run.settings.render.alpha = 0.25;
  run.settings.render.map = {Upsampling::kSkimage, Normalization::kMinMax};
  run.settings.render.output_size = OutputSize::kInput;
  run.settings.device = {.kind = Device::Kind::kCuda, .index = 1};
  PictureReport picture = SamplePicture();
  picture.precision = Precision::kBfloat16;
  picture.files = {{"input", "cat.input.png"}};
  picture.image.file = "a/caf\xE9\n1.jpg";
  const std::string text = JsonText(picture, run);
  const StoredReport stored = ParseReport(text, "sample");
  EXPECT_EQ(Written(stored), text);
  EXPECT_EQ(stored.picture.image.file, picture.image.file);
}

TEST(ParseReport, NumbersThatWereNotFiniteAreNan) {
  PictureReport picture = SamplePicture();
  picture.explanations[0].gradcam.summary.max = std::nan("");
  picture.top[0].probability = INFINITY;
  const StoredReport stored = ParseReport(JsonText(picture, SampleContext()), "sample");
  EXPECT_TRUE(std::isnan(stored.picture.explanations[0].gradcam.summary.max));
  EXPECT_TRUE(std::isnan(stored.picture.top[0].probability));
}

TEST(ParseReport, NamesTheFieldThatIsWrong) {
  EXPECT_THAT(ProblemOf([](Json& json) { json["image"].erase("width"); }),
              AllOf(HasSubstr("report 'cat.json'"), HasSubstr("'image.width' is missing")));
  EXPECT_THAT(ProblemOf([](Json& json) { json["explanations"][1]["gradcam"]["status"] = "odd"; }),
              HasSubstr("field 'explanations[1].gradcam.status': unknown value 'odd'"));
  EXPECT_THAT(ProblemOf([](Json& json) { json["image"]["width"] = 1e300; }),
              HasSubstr("'image.width': expected a whole number"));
  EXPECT_THAT(ProblemOf([](Json& json) { json["image"]["seen"]["x"] = 1; }),
              HasSubstr("lies outside of the picture"));
  EXPECT_THAT(ProblemOf([](Json& json) { json["image"]["seen"]["x"] = 2147483647; }),
              HasSubstr("lies outside of the picture"));
  EXPECT_THAT(ProblemOf([](Json& json) { json["explanations"] = Json::array(); }),
              HasSubstr("is empty"));
  EXPECT_THAT(ProblemOf([](Json& json) { json["top"] = Json::array(); }),
              AllOf(HasSubstr("'top'"), HasSubstr("is empty")));
  EXPECT_THAT(ProblemOf([](Json& json) { json = Json::array(); }), HasSubstr("expected an object"));
}

TEST(ParseReport, RefusesAnotherSchemaVersion) {
  EXPECT_THAT(ProblemOf([](Json& json) { json["schema_version"] = 2; }),
              HasSubstr("has schema version 2, this program reads version 1"));
}

TEST(ParseReport, RefusesEveryTornReport) {
  const std::string text = SampleText("report.json");
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    EXPECT_THROW((void)ParseReport(text.substr(0, size), "torn"), Error) << size;
    EXPECT_FALSE(IsForeignJson(text.substr(0, size))) << size;
  }
}

TEST(ParseReport, TellsForeignJson) {
  EXPECT_TRUE(IsForeignJson("[]"));
  EXPECT_TRUE(IsForeignJson(R"({"tool": {"name": "other"}})"));
  EXPECT_FALSE(IsForeignJson(R"({"tool": {"name": "gradcam"}})"));
}

TEST(ParseRun, ReadsWhatARunLeft) {
  const StoredRun stored = ParseRun(SampleText("run.json"), "sample");
  EXPECT_THAT(stored.report.inputs, ::testing::ElementsAre("photos", "@list.txt"));
  EXPECT_EQ(stored.report.counts.pictures, 3);
  EXPECT_EQ(stored.report.counts.skipped, 4);
  ASSERT_EQ(stored.report.failures.size(), 1U);
  EXPECT_EQ(stored.report.failures[0].file, "b/torn.jpg");
  EXPECT_THAT(stored.report.failures[0].error, HasSubstr("it ends too early"));
  EXPECT_EQ(stored.report.started, "2024-05-06T07:08:09Z");
  EXPECT_EQ(stored.model.info.layer, "block5_conv3");
}

TEST(ParseRun, ReadsInputsThatAreNoUtf8) {
  RunReport run = SampleRun();
  run.inputs = {"caf\xE9 1", "@list.txt"};
  const StoredRun stored = ParseRun(JsonText(run, SampleContext()), "sample");
  EXPECT_EQ(stored.report.inputs, run.inputs);
}

}  // namespace
}  // namespace gradcam
