#include "model/batch_check.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::ThrowsMessage;

BatchCheck::Pass PassOn(const at::Tensor& pictures) { return {pictures.sum({2, 3}), pictures}; }

// [N, 3, 2, 2]: picture n is filled with n + 1.
at::Tensor Pictures(std::int64_t count) {
  return at::arange(1, count + 1, at::kFloat).view({count, 1, 1, 1}).expand({count, 3, 2, 2});
}

// A network that refuses a batch with the picture that is filled with `value`.
BatchCheck::Run RefusesPictureOf(float value) {
  return [value](const at::Tensor& pictures) {
    if (pictures.eq(value).any().item<bool>()) throw std::runtime_error("refused");
    return PassOn(pictures);
  };
}

// How often `check` runs the network on a batch of three.
int RunsOf(BatchCheck& check, const BatchCheck::Run& run) {
  int runs = 0;
  check.Compare(Pictures(3), [&](const at::Tensor& pictures) {
    ++runs;
    return run(pictures);
  });
  return runs;
}

TEST(BatchCheck, ComparesOnceWhereAPictureGetsWhatItGetsAlone) {
  BatchCheck check;
  EXPECT_EQ(RunsOf(check, PassOn), 2);
  EXPECT_EQ(RunsOf(check, PassOn), 0);
  EXPECT_FALSE(check.one_by_one());
  EXPECT_THAT(check.TakeWarnings(), IsEmpty());
}

void ExpectOneByOne(const BatchCheck::Run& run, const char* problem) {
  BatchCheck check;
  EXPECT_THAT([&] { check.Compare(Pictures(3), run); },
              ThrowsMessage<std::exception>(HasSubstr(problem)));
  EXPECT_TRUE(check.one_by_one());
  EXPECT_THAT(check.TakeWarnings(), ElementsAre(HasSubstr("computed one by one")));
  EXPECT_THAT(check.TakeWarnings(), IsEmpty());
}

TEST(BatchCheck, FindsScoresThatDependOnTheOtherPictures) {
  const auto run = [](const at::Tensor& pictures) {
    return BatchCheck::Pass{(pictures - pictures.mean()).sum({2, 3}), pictures};
  };
  ExpectOneByOne(run, "depend on the other pictures");
}

TEST(BatchCheck, FindsActivationsThatAreTheFirstPicturesForAll) {
  const auto run = [](const at::Tensor& pictures) {
    return BatchCheck::Pass{pictures.sum({2, 3}), pictures.slice(0, 0, 1).expand_as(pictures)};
  };
  ExpectOneByOne(run, "depend on the other pictures");
}

TEST(BatchCheck, FindsANetworkThatTakesSinglePicturesOnly) {
  const auto run = [](const at::Tensor& pictures) {
    if (pictures.size(0) > 1) throw std::runtime_error("shape '[1, 6]' is invalid");
    return PassOn(pictures);
  };
  ExpectOneByOne(run, "shape '[1, 6]' is invalid");
}

TEST(BatchCheck, DecidesNothingWhereOnePictureIsAtFault) {
  for (const float refused : {2.0F, 3.0F}) {  // either of the last two
    BatchCheck check;
    EXPECT_THAT([&] { check.Compare(Pictures(3), RefusesPictureOf(refused)); },
                ThrowsMessage<std::runtime_error>("refused"));
    EXPECT_FALSE(check.one_by_one());
    EXPECT_EQ(RunsOf(check, PassOn), 2) << "the next batch is compared";
  }
}

TEST(BatchCheck, LackOfMemorySaysNothing) {
  BatchCheck check;
  const auto run = [](const at::Tensor& pictures) {
    if (pictures.size(0) > 1) throw Error(ErrorKind::kMemory, "not enough memory");
    return PassOn(pictures);
  };
  EXPECT_THROW(check.Compare(Pictures(3), run), Error);
  EXPECT_FALSE(check.one_by_one());
}

TEST(BatchCheck, GivesBatchesUpAfterTwoFailuresInARow) {
  BatchCheck check;
  check.AddFailure();
  check.AddSuccess();
  check.AddFailure();
  EXPECT_FALSE(check.one_by_one());
  check.AddFailure();
  EXPECT_TRUE(check.one_by_one());
  check.AddFailure();
  EXPECT_THAT(check.TakeWarnings(), ElementsAre(HasSubstr("computed one by one")));
}

}  // namespace
}  // namespace gradcam
