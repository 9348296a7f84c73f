#include "model/graph/layer_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

InlinedForward Calls(std::vector<LayerCall> calls) {
  InlinedForward forward;
  forward.calls = std::move(calls);
  return forward;
}

InlinedForward SmallNet() {
  return Calls({{.path = "conv1", .type = "Conv2d", .refusal = ""},
                {.path = "relu", .type = "ReLU", .refusal = ""},
                {.path = "conv2", .type = "Conv2d", .refusal = ""},
                {.path = "relu", .type = "ReLU", .refusal = ""},
                {.path = "skip", .type = "Identity", .refusal = "it returns nothing"},
                {.path = "conv", .type = "convolution", .refusal = "", .by_position = true},
                {.path = "conv", .type = "convolution", .refusal = "", .by_position = true}});
}

std::string HintOf(const InlinedForward& forward, const std::string& name) {
  try {
    static_cast<void>(SelectLayer(forward, name));
  } catch (const Error& error) {
    return error.hint();
  }
  return "no error";
}

TEST(SelectLayer, FindsEveryCallOfALayer) {
  EXPECT_THAT(SelectLayer(SmallNet(), "relu").calls, ElementsAre(1, 3));
}

TEST(SelectLayer, TakesTheCallAfterTheHashSign) {
  EXPECT_EQ(TheCall(SelectLayer(SmallNet(), "relu#1")), 3);
  EXPECT_EQ(TheCall(SelectLayer(SmallNet(), "relu#-1")), 3);
  EXPECT_EQ(TheCall(SelectLayer(SmallNet(), "relu#-2")), 1);
}

TEST(SelectLayer, CountsConvolutionsByPosition) {
  EXPECT_EQ(TheCall(SelectLayer(SmallNet(), "conv#-1")), 6);
}

TEST(SelectLayer, PrefersAModuleThatIsCalledConv) {
  auto forward = SmallNet();
  forward.calls[0].path = "conv";
  EXPECT_EQ(TheCall(SelectLayer(forward, "conv#-1")), 0);
}

TEST(SelectLayer, SuggestsTheNearestNamesForAnUnknownOne) {
  EXPECT_THAT(HintOf(SmallNet(), "conv3"), HasSubstr("'conv1', 'conv2'"));
}

TEST(SelectLayer, PointsToPositionsInAFrozenFile) {
  const auto frozen =
      Calls({{.path = "conv", .type = "convolution", .refusal = "", .by_position = true}});
  EXPECT_THAT(HintOf(frozen, "layer4"), HasSubstr("conv#-1"));
}

TEST(SelectLayer, RefusesALayerWithoutATensorAndSaysWhy) {
  try {
    static_cast<void>(SelectLayer(SmallNet(), "skip"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_STREQ(error.what(), "cannot explain layer 'skip': it returns nothing");
  }
}

TEST(SelectLayer, RefusesACallNumberThatIsNoNumber) {
  EXPECT_THROW(static_cast<void>(SelectLayer(SmallNet(), "relu#last")), Error);
  EXPECT_THROW(static_cast<void>(SelectLayer(SmallNet(), "relu#")), Error);
}

TEST(TheCall, AsksWhichOfSeveralCallsIsMeant) {
  try {
    static_cast<void>(TheCall(SelectLayer(SmallNet(), "relu")));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "layer 'relu' is called 2 times");
    EXPECT_THAT(error.hint(), HasSubstr("'relu#0' to 'relu#1'"));
  }
}

TEST(TheCall, RefusesACallOutOfRange) {
  EXPECT_THROW(static_cast<void>(TheCall(SelectLayer(SmallNet(), "relu#2"))), Error);
  EXPECT_THROW(static_cast<void>(TheCall(SelectLayer(SmallNet(), "relu#-3"))), Error);
}

TEST(NameOfCall, IsTheNameThatSelectsTheCall) {
  const auto forward = SmallNet();
  for (const std::int64_t call : {0, 1, 2, 3, 5, 6}) {
    EXPECT_EQ(TheCall(SelectLayer(forward, NameOfCall(forward, call))), call);
  }
}

// How often a call in a branch runs is not known: only what is counted from the side without one
// has a name of its own.
TEST(NameOfCall, CountsFromTheSideWithoutABranch) {
  const LayerCall plain{.path = "relu", .type = "ReLU", .refusal = ""};
  LayerCall branch = plain;
  branch.in_branch = true;
  EXPECT_EQ(NameOfCall(Calls({branch, plain, plain}), 0), "relu");
  EXPECT_EQ(NameOfCall(Calls({branch, plain, plain}), 1), "relu#-2");
  EXPECT_EQ(NameOfCall(Calls({branch, plain, plain}), 2), "relu#-1");
  EXPECT_EQ(NameOfCall(Calls({plain, plain, branch}), 1), "relu#1");
  EXPECT_EQ(NameOfCall(Calls({branch, plain, branch}), 1), "");
}

}  // namespace
}  // namespace gradcam
