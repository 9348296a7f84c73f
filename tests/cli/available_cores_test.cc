#include "cli/available_cores.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstddef>

namespace gradcam {
namespace {

TEST(CoresOfQuota, RoundsUpAndKnowsNoQuota) {
  EXPECT_EQ(CoresOfQuota("150000 100000"), 2);
  EXPECT_EQ(CoresOfQuota("100000 100000"), 1);
  EXPECT_EQ(CoresOfQuota("10000 100000"), 1);
  EXPECT_EQ(CoresOfQuota("max 100000"), std::nullopt);
  EXPECT_EQ(CoresOfQuota(""), std::nullopt);
  EXPECT_EQ(CoresOfQuota("-1 100000"), std::nullopt);
}

TEST(AvailableCores, FollowsTheAffinityOfTheProcess) {
  cpu_set_t before;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  std::size_t first = 0;
  while (!CPU_ISSET(first, &before)) ++first;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(AvailableCores(), 1);
  ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
  EXPECT_GE(AvailableCores(), 1);
  EXPECT_LE(AvailableCores(), CPU_COUNT(&before));
}

}  // namespace
}  // namespace gradcam
