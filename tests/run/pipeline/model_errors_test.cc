#include "run/pipeline/model_errors.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

Error Model(const char* text) { return {ErrorKind::kModel, text}; }

TEST(ModelErrors, OneErrorBeforeASuccessIsThePicturesOwn) {
  ModelErrors errors;
  errors.Add(Model("first"));
  EXPECT_TRUE(errors.is_in_doubt());
  errors.SetExplained();
  EXPECT_FALSE(errors.is_in_doubt());
  errors.Add(Model("second"));
  EXPECT_NO_THROW(errors.Finish());
}

TEST(ModelErrors, TwoErrorsBeforeASuccessAreTheRuns) {
  ModelErrors errors;
  errors.Add(Model("first"));
  try {
    errors.Add(Model("second"));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
}

TEST(ModelErrors, TheErrorOfTheOnlyPictureIsTheRuns) {
  ModelErrors errors;
  errors.Add(Model("first"));
  EXPECT_THROW(errors.Finish(), Error);
}

TEST(ModelErrors, WrongOptionsAreTheRunsAtOnceUnlessAPictureWasExplained) {
  ModelErrors errors;
  const Error usage(ErrorKind::kUsage, "no class 'unicorn'");
  EXPECT_THROW(errors.Add(usage), Error);
  errors.SetExplained();
  EXPECT_NO_THROW(errors.Add(usage));
}

TEST(ModelErrors, ALostDeviceIsTheRunsAtOnceUnlessAPictureWasExplained) {
  ModelErrors errors;
  const Error lost(ErrorKind::kDevice, "the device no longer answers");
  errors.Add(Model("first"));
  try {
    errors.Add(lost);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kDevice);
  }
  errors.SetExplained();
  EXPECT_NO_THROW(errors.Add(lost));
}

TEST(ModelErrors, ErrorsOfPicturesSayNothingAboutTheRun) {
  ModelErrors errors;
  for (int i = 0; i < 3; ++i) errors.Add(Error(ErrorKind::kInput, "not enough memory"));
  EXPECT_FALSE(errors.is_in_doubt());
  EXPECT_NO_THROW(errors.Finish());
}

}  // namespace
}  // namespace gradcam
