#include "run/ground_truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using testing::HasSubstr;
using By = ClassTarget::By;

ClassTarget Index(int index) {
  ClassTarget target;
  target.by = By::kIndex;
  target.index = index;
  return target;
}

ClassTarget Named(const std::string& label) {
  ClassTarget target;
  target.by = By::kLabel;
  target.label = label;
  return target;
}

ListedClass Listed(const ClassTarget& target, const std::string& place) {
  ListedClass listed;
  listed.target = target;
  listed.place = place;
  return listed;
}

template <typename Work>
std::string ErrorOf(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(RequireTruth, IsForOptionsThatNeedIt) {
  const InputPicture without{"cat.jpg", "cat.jpg", std::nullopt};
  const InputPicture with{"cat.jpg", "cat.jpg", Index(3)};
  RunOptions options;
  EXPECT_EQ(ErrorOf([&] { RequireTruth(without, options); }), "no error");
  options.only = Only::kWrong;
  EXPECT_THAT(ErrorOf([&] { RequireTruth(without, options); }),
              HasSubstr("'cat.jpg' has no true class, which --only needs"));
  EXPECT_EQ(ErrorOf([&] { RequireTruth(with, options); }), "no error");
  options.only = Only::kAll;
  options.settings.explain.classes = {{}, {By::kTruth, 0, ""}};
  EXPECT_THAT(ErrorOf([&] { RequireTruth(without, options); }), HasSubstr("--class truth needs"));
}

TEST(CheckClasses, NamesTheLineOfAClassThatTheModelDoesNotHave) {
  const std::vector<Label> labels{{"", "cat"}, {"", "dog"}};
  const auto error = [&](const ClassTarget& target) {
    std::vector<ListedClass> classes;
    classes.push_back(Listed(Index(0), "line 2"));
    classes.push_back(Listed(target, "line 3"));
    return ErrorOf([&] { CheckClasses(classes, labels); });
  };
  EXPECT_EQ(error(Named("DOG")), "no error");
  EXPECT_EQ(error(Index(1)), "no error");
  EXPECT_THAT(error(Named("dogs")), HasSubstr("line 3: no class is called 'dogs' | nearest"));
  EXPECT_THAT(error(Index(2)), HasSubstr("line 3: class 2 is not there"));
}

TEST(CheckClasses, LeavesIndicesToTheNetworkWithoutLabels) {
  std::vector<ListedClass> classes;
  classes.push_back(Listed(Index(7), "line 1"));
  EXPECT_NO_THROW(CheckClasses(classes, {}));
  classes.push_back(Listed(Named("cat"), "line 2"));
  EXPECT_THAT(ErrorOf([&] { CheckClasses(classes, {}); }),
              HasSubstr("line 2: cannot find class 'cat': the model has no labels"));
}

TEST(IsKept, ComparesTheMostProbableClassWithTheTrueOne) {
  Explanation explanation;
  explanation.top = {{3, "", "", 0.6, 1}, {4, "", "", 0.4, 0}};
  explanation.truth = Prediction{3, "", "", 0.6, 1};
  EXPECT_TRUE(IsKept(explanation.top, explanation.truth, Only::kAll));
  EXPECT_TRUE(IsKept(explanation.top, explanation.truth, Only::kRight));
  EXPECT_FALSE(IsKept(explanation.top, explanation.truth, Only::kWrong));
  explanation.truth->index = 4;
  EXPECT_FALSE(IsKept(explanation.top, explanation.truth, Only::kRight));
  EXPECT_TRUE(IsKept(explanation.top, explanation.truth, Only::kWrong));
}

}  // namespace
}  // namespace gradcam
