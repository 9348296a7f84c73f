#include "explain/class_lookup.h"

#include <gmock/gmock.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

const std::vector<Label>& Labels() {
  static const std::vector<Label> labels{{"", "tench"}, {"", "tiger cat"},    {"", "Egyptian cat"},
                                         {"", "crane"}, {"", "bullet train"}, {"", "crane"}};
  return labels;
}

template <typename Work>
std::string ErrorOf(const Work& work) {
  try {
    static_cast<void>(work());
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return std::string(error.what()) + " / " + error.hint();
  }
  return "no error";
}

TEST(FindLabel, IgnoresCaseAndTakesUnderscoresForSpaces) {
  EXPECT_EQ(FindLabel("tench", Labels()), 0);
  EXPECT_EQ(FindLabel("Tiger_Cat", Labels()), 1);
  EXPECT_EQ(FindLabel("EGYPTIAN CAT", Labels()), 2);
}

TEST(FindLabel, SuggestsTheNearestLabels) {
  EXPECT_EQ(ErrorOf([] { return FindLabel("tensh", Labels()); }),
            "no class is called 'tensh' / nearest labels: 'tench', 'crane', 'tiger cat'");
  // Labels that contain the word come first.
  EXPECT_THAT(ErrorOf([] { return FindLabel("cat", Labels()); }),
              HasSubstr("nearest labels: 'tiger cat', 'Egyptian cat', "));
}

TEST(FindLabel, NamesTheIndicesOfALabelThatOccursTwice) {
  EXPECT_EQ(ErrorOf([] { return FindLabel("Crane", Labels()); }),
            "several classes are called 'Crane' / give one of their indices: 3, 5");
}

TEST(FindLabel, SaysThatThereAreNoLabels) {
  EXPECT_THAT(ErrorOf([] { return FindLabel("tench", {}); }), HasSubstr("has no labels"));
}

TEST(ResolveClass, TakesTopIndexOrLabel) {
  using By = ClassTarget::By;
  EXPECT_EQ(ResolveClass({By::kTop, 3, "tench"}, {4, 5}, 6, Labels()), 4);
  EXPECT_EQ(ResolveClass({By::kIndex, 3, "tench"}, {4, 5}, 6, Labels()), 3);
  EXPECT_EQ(ResolveClass({By::kLabel, 3, "tench"}, {4, 5}, 6, Labels()), 0);
}

TEST(ResolveClass, TakesTheTruthWhereItIsKnown) {
  const ClassTarget truth{ClassTarget::By::kTruth, 3, "tench"};
  EXPECT_EQ(ResolveClass(truth, {4, 5}, 6, Labels()), 5);
  EXPECT_THAT(ErrorOf([&] { return ResolveClass(truth, {4, {}}, 6, Labels()); }),
              HasSubstr("the true class of the picture is not known"));
}

TEST(ResolveClass, NamesTheCountWhenAnIndexIsOutOfRange) {
  const auto error_of = [](int index) {
    return ErrorOf(
        [index] { return ResolveClass({ClassTarget::By::kIndex, index, ""}, {0, {}}, 1000, {}); });
  };
  EXPECT_EQ(error_of(1000),
            "class 1000 is not there: the model has 1000 classes / indices run from 0 to 999");
  EXPECT_THAT(error_of(-1), HasSubstr("class -1"));
  EXPECT_EQ(error_of(999), "no error");
}

TEST(RequireLabelPerClass, NamesBothCounts) {
  EXPECT_NO_THROW(RequireLabelPerClass({}, 10));
  EXPECT_NO_THROW(RequireLabelPerClass(Labels(), 6));
  EXPECT_THAT(ErrorOf([] {
                RequireLabelPerClass(Labels(), 10);
                return 0;
              }),
              HasSubstr("there are 6 labels, but the model has 10 classes"));
}

}  // namespace
}  // namespace gradcam
