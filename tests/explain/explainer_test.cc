#include "gradcam/explainer.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <span>
#include <thread>

#include "explain/tiny_model.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using By = ClassTarget::By;

// Red values 0...15, so that the network's logits are 54, 27, 0, -27 (tests/cam/methods_test.cc has
// the values by hand).
Image Picture() {
  Image image{4, 4, std::vector<std::uint8_t>(48, 0)};
  for (std::size_t pixel = 0; pixel < 16; ++pixel) {
    image.rgb[3 * pixel] = static_cast<std::uint8_t>(pixel);
    image.rgb[3 * pixel + 1] = 200;  // the network does not look at green
  }
  return image;
}

class ExplainerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
    file_ = std::filesystem::path(::testing::TempDir()) / (std::string(test->name()) + ".tiny.pt");
    WriteTinyModel(file_, TinyCard());
  }
  void TearDown() override { std::filesystem::remove(file_); }

  std::string ErrorOf(const LoadOptions& load, const ExplainOptions& options = {}) const {
    try {
      Explainer explainer(file_, load);
      static_cast<void>(explainer.Explain(Picture(), options));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage) << error.what();
      return error.what();
    }
    return "no error";
  }

  std::filesystem::path file_;
};

TEST_F(ExplainerTest, GivesTheAnalyticMapsOfTheHandMadeNetwork) {
  Explainer explainer(file_);
  const Explanation explanation =
      explainer.Explain(Picture(), {.classes = {{}}, .score = Score::kLogit});
  EXPECT_EQ(explanation.seen, (Rect{0, 0, 4, 4}));
  ASSERT_EQ(explanation.classes.size(), 1U);
  const ClassExplanation& top = explanation.classes[0];
  EXPECT_EQ(top.prediction.index, 0);
  EXPECT_EQ(top.prediction.label, "red");
  EXPECT_EQ(top.prediction.logit, 54);
  EXPECT_NEAR(top.prediction.probability, 1, 1e-11);  // 1 - p = e^-27 = 2e-12
  EXPECT_EQ(top.gradcam.width, 2);
  EXPECT_EQ(top.gradcam.height, 2);
  EXPECT_THAT(top.gradcam.values, ElementsAre(0, 2, 14, 16.25F));
  EXPECT_THAT(top.saliency.values, ElementsAre(0, 2, 18.5F, 27.5F));
}

TEST_F(ExplainerTest, ExplainsSeveralClassesOfOnePass) {
  Explainer explainer(file_);
  const Explanation explanation = explainer.Explain(
      Picture(),
      {.classes = {{By::kLabel, 0, "grey_one"}, {By::kIndex, 2, ""}, {}}, .score = Score::kLogit});
  ASSERT_EQ(explanation.classes.size(), 3U);
  EXPECT_EQ(explanation.classes[0].prediction.index, 3);
  EXPECT_EQ(explanation.classes[0].chosen_by, By::kLabel);
  EXPECT_THAT(explanation.classes[0].gradcam.values, ElementsAre(0, -1, -7, -8.125F));
  EXPECT_EQ(Summarize(explanation.classes[0].gradcam).status, MapStatus::kAllNonpositive);
  EXPECT_EQ(explanation.classes[1].chosen_by, By::kIndex);
  EXPECT_EQ(Summarize(explanation.classes[1].gradcam).status, MapStatus::kAllZero);
  EXPECT_EQ(explanation.classes[2].prediction.index, 0);
  EXPECT_THAT(explanation.classes[2].gradcam.values, ElementsAre(0, 2, 14, 16.25F));
}

TEST_F(ExplainerTest, GivesTwoTargetsOfOneClassOnce) {
  Explainer explainer(file_);
  const Explanation explanation =
      explainer.Explain(Picture(), {.classes = {{}, {By::kIndex, 0, ""}, {By::kLabel, 0, "RED"}}});
  ASSERT_EQ(explanation.classes.size(), 1U);
  EXPECT_EQ(explanation.classes[0].chosen_by, By::kTop);
}

TEST_F(ExplainerTest, DifferentiatesTheLogOddsByDefault) {
  Explainer explainer(file_);
  const Map map = explainer.Explain(Picture()).classes.at(0).gradcam;
  // The strongest rival is class 1, whose row is half of class 0's, by a factor e^27 before
  // class 2.
  const std::vector<float> expected{0, 1, 7, 8.125F};
  for (std::size_t cell = 0; cell < expected.size(); ++cell) {
    EXPECT_NEAR(map.values.at(cell), expected[cell], 1e-5);  // float32 at 8 has steps of 1e-6
  }
}

TEST_F(ExplainerTest, ListsTheTopClassesAndTheModel) {
  Explainer explainer(file_);
  EXPECT_EQ(explainer.info().name, "tiny");
  EXPECT_EQ(explainer.info().layer, "relu");
  EXPECT_EQ(explainer.info().classes, 0);
  const Explanation explanation = explainer.Explain(Picture(), {.classes = {}, .top_k = 9});
  EXPECT_TRUE(explanation.classes.empty());
  ASSERT_EQ(explanation.top.size(), 4U);
  EXPECT_EQ(explanation.top[1].label, "green");
  EXPECT_NEAR(explanation.top[1].probability / std::exp(-27.0), 1, 1e-6);  // float32 logits
  EXPECT_EQ(explainer.info().classes, 4);
  EXPECT_THAT(explainer.info().layer_shape, ElementsAre(2, 2, 2));
  EXPECT_EQ(explainer.info().output_kind, OutputKind::kLogits);
  EXPECT_EQ(explainer.info().preprocess.name, "plain");
}

TEST_F(ExplainerTest, TakesOptionsInPlaceOfTheCard) {
  LoadOptions options;
  options.layer = "conv";
  options.output_kind = OutputKind::kSigmoid;
  options.labels = {{"", "w"}, {"", "x"}, {"", "y"}, {"", "z"}};
  Explainer explainer(file_, options);
  const Explanation explanation = explainer.Explain(Picture());
  EXPECT_EQ(explanation.top[0].label, "w");
  EXPECT_EQ(explanation.top[2].probability, 0.5);  // sigmoid(0)
  EXPECT_EQ(explainer.info().layer, "conv");
  EXPECT_THAT(explanation.classes[0].gradcam.values, ElementsAre(5.625F, 6.75F, 10.125F, 11.25F));
}

TEST_F(ExplainerTest, RefusesUnknownClassesAndForeignLabels) {
  EXPECT_THAT(ErrorOf({}, {.classes = {{By::kIndex, 4, ""}}}),
              HasSubstr("the model has 4 classes"));
  EXPECT_THAT(ErrorOf({}, {.classes = {{By::kLabel, 0, "rod"}}}), HasSubstr("'rod'"));
  LoadOptions options;
  options.labels = {{"", "only one"}};
  EXPECT_THAT(ErrorOf(options), HasSubstr("there are 1 labels, but the model has 4 classes"));
}

TEST_F(ExplainerTest, SaysWhichOptionsAreMissingWithoutACard) {
  WriteTinyModel(file_, "");
  EXPECT_THAT(ErrorOf({}), HasSubstr("missing --input-size, --scale, --mean, --std"));
  LoadOptions options;
  options.card = ParseCard(TinyCard(), "card");
  EXPECT_EQ(ErrorOf(options), "no error");
}

TEST_F(ExplainerTest, NamesTheFileOfABrokenCard) {
  WriteTinyModel(file_, R"({"schema_version": 1, "name": 7})");
  EXPECT_THAT(ErrorOf({}), HasSubstr("card in '" + file_.string() + "': field 'name'"));
}

TEST_F(ExplainerTest, ComputesEachPictureAloneIfDeterministic) {
  WriteTinyModel(file_, TinyCard(), 4, "assert x.size(0) == 1");
  const std::vector<Image> pictures(3, Picture());
  Explainer together(file_);
  EXPECT_THROW(static_cast<void>(together.Explain(pictures, {})), Error);
  LoadOptions load;
  load.engine.deterministic = true;
  Explainer alone(file_, load);
  EXPECT_EQ(alone.Explain(pictures, {}).size(), 3U);
  EXPECT_EQ(alone.recoveries().halved, 0);
}

TEST_F(ExplainerTest, PassesItsOwnSelfCheck) {
  Explainer explainer(file_);
  EXPECT_NO_THROW(explainer.SelfCheck(Picture()));
}

TEST_F(ExplainerTest, ExplainsWhatOtherThreadsHavePrepared) {
  Explainer explainer(file_);
  const Explanation expected = explainer.Explain(Picture());
  PreparedPicture prepared;
  std::thread([&] { prepared = explainer.Prepare(Picture()); }).join();
  EXPECT_EQ(prepared.image.rgb, expected.input.rgb);
  EXPECT_EQ(prepared.seen, expected.seen);
  const auto found = explainer.Explain(std::span(&prepared, 1), {}, {});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].classes.at(0).gradcam.values, expected.classes.at(0).gradcam.values);
  EXPECT_TRUE(found[0].input.rgb.empty());
  EXPECT_NO_THROW(explainer.SelfCheck(prepared));
  prepared.image.width += 1;
  EXPECT_THROW(static_cast<void>(explainer.Explain(std::span(&prepared, 1), {}, {})), Error);
}

TEST_F(ExplainerTest, CallsMapsOfScoresThatAreNoNumbersNonfinite) {
  LoadOptions options;
  // Red values of about 1e38 overflow in the convolution; inf - inf follows.
  options.preprocess.scale = 1e-37;
  Explainer explainer(file_, options);
  const Explanation explanation = explainer.Explain(Picture());
  EXPECT_EQ(Summarize(explanation.classes.at(0).gradcam).status, MapStatus::kNonfinite);
  EXPECT_EQ(explanation.top.size(), 4U);
}

}  // namespace
}  // namespace gradcam
