#include "model/engine/waiting_threads.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "model/engine/openmp_threads.h"

namespace gradcam {
namespace {

TEST(EndWaitingThreads, LeavesNoThreadThatWaitsAndLibTorchReady) {
  if (!CanEndOpenMpThreads()) GTEST_SKIP() << "this OpenMP has no omp_pause_resource_all";
  const OpenMpThreads three(3);
  const at::Tensor expected = three.SumOfManyOnes();
  const auto before = ThreadsOfThisProcess();
  EndWaitingThreads();
  EXPECT_EQ(ThreadsLeft(before - 2), before - 2);
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_TRUE(at::equal(three.SumOfManyOnes(), expected));
  EXPECT_EQ(ThreadsOfThisProcess(), before);
}

}  // namespace
}  // namespace gradcam
