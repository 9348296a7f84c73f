#include "cli/values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <typename F>
std::string MessageOf(F f) {
  try {
    (void)f();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.hint();
  }
  return "no error";
}

TEST(ParseWhole, TakesDigitsInsideTheRangeOnly) {
  EXPECT_EQ(ParseWhole("--n", "0", 0, 5), 0);
  EXPECT_EQ(ParseWhole("--n", "5", 0, 5), 5);
  for (const char* text : {"", "-1", "+1", "6", "1.0", " 1", "1 ", "0x1", "99999999999999999999"}) {
    EXPECT_THROW((void)ParseWhole("--n", text, 0, 5), Error) << text;
  }
}

TEST(ParseWhole, SaysWhatItExpected) {
  EXPECT_THAT(MessageOf([] { return ParseWhole("--top-k", "x", 1, 9); }),
              HasSubstr("option --top-k: 'x' is not a whole number in 1...9"));
  EXPECT_THAT(MessageOf([] {
                return ParseWhole("--max-pixels", "0", 1, std::numeric_limits<std::int64_t>::max());
              }),
              HasSubstr("'0' is not a whole number of at least 1"));
}

TEST(ParseNumber, TakesSignsFractionsAndExponents) {
  EXPECT_EQ(ParseNumber("--scale", "-0.5"), -0.5);
  EXPECT_EQ(ParseNumber("--scale", "1e-3"), 1e-3);
  for (const char* text : {"", "1,5", "1.5x", "nan", "inf", "1e999"}) {
    EXPECT_THROW((void)ParseNumber("--scale", text), Error) << text;
  }
}

TEST(ParseTriple, TakesThreeNumbersAlsoNegativeOnes) {
  EXPECT_THAT(ParseTriple("--mean", "-1,2.5,3e1"), ElementsAre(-1, 2.5, 30));
  for (const char* text : {"1", "1,2", "1,2,3,4", "1,,3", "1,2,x", "1 2 3"}) {
    EXPECT_THROW((void)ParseTriple("--mean", text), Error) << text;
  }
}

TEST(ParseSize, TakesOneSideOrHeightByWidth) {
  const InputSize square = ParseSize("--input-size", "224");
  EXPECT_EQ(square.height, 224);
  EXPECT_EQ(square.width, 224);
  const InputSize oblong = ParseSize("--input-size", "240x320");
  EXPECT_EQ(oblong.height, 240);
  EXPECT_EQ(oblong.width, 320);
  for (const char* text : {"", "x", "224x", "x224", "0", "224x0", "2x2x2", "-224", "1000000"}) {
    EXPECT_THROW((void)ParseSize("--input-size", text), Error) << text;
  }
}

TEST(ParseClass, TakesDigitsAsAnIndexAndAllElseAsALabel) {
  EXPECT_EQ(ParseClass("top").by, ClassTarget::By::kTop);
  EXPECT_EQ(ParseClass("7").by, ClassTarget::By::kIndex);
  EXPECT_EQ(ParseClass("007").index, 7);
  EXPECT_EQ(ParseClass("label:7").by, ClassTarget::By::kLabel);
  EXPECT_EQ(ParseClass("label:7").label, "7");
  EXPECT_EQ(ParseClass("tiger, big cat").label, "tiger, big cat");
  EXPECT_EQ(ParseClass("-1").label, "-1");
  EXPECT_EQ(ParseClass("label:top").label, "top");
  EXPECT_EQ(ParseClass("TOP").by, ClassTarget::By::kTop);
  for (const char* text : {"", "label:", "99999999999"}) {
    EXPECT_THROW((void)ParseClass(text), Error) << text;
  }
}

TEST(ParseOutputs, TakesNamesBetweenCommas) {
  EXPECT_THAT(ParseOutputs("raw,gradcam-overlay,raw"),
              ElementsAre(Output::kGradcamOverlay, Output::kRaw));
  for (const char* text : {"", "raw,", ",raw", "raw, json", "jsonlines", "all"}) {
    EXPECT_THROW((void)ParseOutputs(text), Error) << text;
  }
  EXPECT_THAT(MessageOf([] { return ParseOutputs("gradcm"); }),
              HasSubstr("did you mean 'gradcam'"));
}

TEST(ParseShard, TakesAShareOfAllPictures) {
  const Shard shard = ParseShard("--shard", "2/12");
  EXPECT_EQ(shard.number, 2U);
  EXPECT_EQ(shard.count, 12U);
  for (const char* text : {"", "2", "/", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "1 /2", "a/b",
                           "1/99999999999999999999"}) {
    EXPECT_THROW((void)ParseShard("--shard", text), Error) << text;
  }
}

TEST(ParseDevice, NamesWhereTheTextCameFrom) {
  EXPECT_EQ(ParseDevice("option --device", "cuda:1"),
            (Device{.kind = Device::Kind::kCuda, .index = 1}));
  const std::string message =
      MessageOf([] { return ParseDevice("variable GRADCAM_DEVICE", "gpu").index; });
  EXPECT_THAT(message, HasSubstr("variable GRADCAM_DEVICE: unknown device 'gpu'"));
}

}  // namespace
}  // namespace gradcam
