#include "cli/suggest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Nearest, FindsNamesWithAFewEditsNearestFirst) {
  EXPECT_THAT(Nearest("--layr", {"--labels", "--layer", "--alpha"}), ElementsAre("--layer"));
  EXPECT_THAT(Nearest("abcdef", {"abcxyf", "abcdeg"}), ElementsAre("abcdeg", "abcxyf"));
  EXPECT_THAT(Nearest("vgg16", {"efficientnet_lite0"}), IsEmpty());
}

TEST(Nearest, NeverOffersANameThatSharesNothingWithTheWord) {
  EXPECT_THAT(Nearest("ab", {"cd", "x"}), IsEmpty());
}

TEST(DidYouMean, IsAQuestionOrNothing) {
  EXPECT_EQ(DidYouMean("abcdef", {"abcdeg", "abcxyf"}), "did you mean 'abcdeg' or 'abcxyf'?");
  EXPECT_EQ(DidYouMean("abcdef", {}), "");
}

}  // namespace
}  // namespace gradcam
