#include "explain/pass_explanation.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using By = ClassTarget::By;

// Two pictures with activations [2, 2, 1, 2] and three classes: the logits are the channel sums and
// 0, so class 0 looks at channel 0, class 1 at channel 1 and class 2 at nothing.
//   picture 0: channels (1, 2) and (4, 6), logits 3, 10, 0
//   picture 1: channels (5, 5) and (1, 0), logits 10, 1, 0
HeadPass TwoPictures() {
  const at::Tensor leaf = at::tensor({1.0F, 2.0F, 4.0F, 6.0F, 5.0F, 5.0F, 1.0F, 0.0F})
                              .view({2, 2, 1, 2})
                              .set_requires_grad(true);
  const at::Tensor sums = leaf.sum({2, 3});
  return {leaf, at::cat({sums, at::zeros({2, 1})}, 1), "layer"};
}

std::vector<Explanation> Explain(const ExplainOptions& options) {
  return ExplainPass(TwoPictures(), OutputKind::kLogits, {}, options);
}

TEST(ExplainPass, GivesEveryPictureItsOwnTopClass) {
  const auto explanations = Explain({.classes = {{}}, .score = Score::kLogit, .top_k = 2});
  ASSERT_EQ(explanations.size(), 2U);
  EXPECT_EQ(explanations[0].top.at(0).index, 1);
  EXPECT_EQ(explanations[0].top.at(1).index, 0);
  EXPECT_EQ(explanations[1].top.at(0).index, 0);
  // The gradient of a class is 1 in its channel: half of that channel.
  EXPECT_THAT(explanations[0].classes.at(0).gradcam.values, ElementsAre(2, 3));
  EXPECT_THAT(explanations[1].classes.at(0).gradcam.values, ElementsAre(2.5F, 2.5F));
  EXPECT_THAT(explanations[0].classes.at(0).saliency.values, ElementsAre(2.5F, 4));
  EXPECT_THAT(explanations[1].classes.at(0).saliency.values, ElementsAre(3, 2.5F));
}

TEST(ExplainPass, KeepsTheClassesOfThePicturesApartWhenTheirNumbersDiffer) {
  // The top class of picture 0 is class 1 as well: one set for it, two for picture 1.
  const auto explanations =
      Explain({.classes = {{}, {By::kIndex, 1, ""}}, .score = Score::kLogit, .top_k = 1});
  ASSERT_EQ(explanations[0].classes.size(), 1U);
  EXPECT_EQ(explanations[0].classes[0].chosen_by, By::kTop);
  EXPECT_THAT(explanations[0].classes[0].gradcam.values, ElementsAre(2, 3));
  ASSERT_EQ(explanations[1].classes.size(), 2U);
  EXPECT_EQ(explanations[1].classes[1].prediction.index, 1);
  EXPECT_EQ(explanations[1].classes[1].chosen_by, By::kIndex);
  EXPECT_THAT(explanations[1].classes[1].gradcam.values, ElementsAre(0.5F, 0));
}

TEST(ExplainPass, ExplainsTheTrueClassOfEveryPicture) {
  const std::vector<std::optional<ClassTarget>> truths{ClassTarget{By::kIndex, 1, ""},
                                                       ClassTarget{By::kLabel, 0, "b"}};
  const std::vector<Label> labels{{"", "a"}, {"", "b"}, {"", "c"}};
  const auto explanations =
      ExplainPass(TwoPictures(), OutputKind::kLogits, labels,
                  {.classes = {{By::kTruth, 0, ""}}, .score = Score::kLogit}, truths);
  EXPECT_EQ(explanations[0].truth->index, 1);
  EXPECT_EQ(explanations[1].truth->index, 1);
  EXPECT_EQ(explanations[1].truth->label, "b");
  EXPECT_EQ(explanations[1].classes.at(0).chosen_by, By::kTruth);
  EXPECT_THAT(explanations[0].classes.at(0).gradcam.values, ElementsAre(2, 3));
  EXPECT_THAT(explanations[1].classes.at(0).gradcam.values, ElementsAre(0.5F, 0));
}

TEST(ExplainPass, KnowsTheTruthOfSomePicturesOnly) {
  const std::vector<std::optional<ClassTarget>> truths{std::nullopt,
                                                       ClassTarget{By::kIndex, 2, ""}};
  const auto explanations =
      ExplainPass(TwoPictures(), OutputKind::kLogits, {}, {.classes = {{}}}, truths);
  EXPECT_FALSE(explanations[0].truth);
  EXPECT_EQ(explanations[1].truth->index, 2);
  EXPECT_EQ(explanations[1].truth->logit, 0);
}

TEST(ExplainPass, GivesNoMapsWithoutClasses) {
  const auto explanations = Explain({.classes = {}, .score = Score::kLogOdds, .top_k = 3});
  EXPECT_EQ(explanations[0].top.size(), 3U);
  EXPECT_TRUE(explanations[0].classes.empty());
}

TEST(ExplainPass, TellsAClassThatLooksAtNothing) {
  const auto explanations = Explain({.classes = {{By::kIndex, 2, ""}}, .score = Score::kLogit});
  EXPECT_EQ(Summarize(explanations[0].classes.at(0).gradcam).status, MapStatus::kAllZero);
  // Its log-odds fall when the rivals' channels rise.
  const auto log_odds = Explain({.classes = {{By::kIndex, 2, ""}}});
  EXPECT_EQ(Summarize(log_odds[0].classes.at(0).gradcam).status, MapStatus::kAllNonpositive);
}

TEST(ExplainPass, ATrueClassThatTheNetworkDoesNotHaveIsAMistakeOfItsPicture) {
  const std::vector<std::optional<ClassTarget>> truths{ClassTarget{By::kIndex, 1, ""},
                                                       ClassTarget{By::kIndex, 999, ""}};
  try {
    static_cast<void>(ExplainPass(TwoPictures(), OutputKind::kLogits, {}, {}, truths));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    EXPECT_THAT(error.what(), testing::StartsWith("its true class: "));
  }
}

TEST(ExplainPass, RefusesLabelsOfAnotherModel) {
  EXPECT_THROW(
      static_cast<void>(ExplainPass(TwoPictures(), OutputKind::kLogits, {{"", "one"}}, {})), Error);
}

}  // namespace
}  // namespace gradcam
