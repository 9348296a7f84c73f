#include "model/engine/waiting_threads.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <thread>

namespace gradcam {
namespace {

std::ptrdiff_t ThreadsOfThisProcess() {
  using Iterator = std::filesystem::directory_iterator;
  return std::distance(Iterator("/proc/self/task"), Iterator());
}

// Large enough for LibTorch to share it among threads.
at::Tensor SumOfManyOnes() { return at::ones({64, 1 << 16}).sum(); }

class EndWaitingThreadsTest : public testing::Test {
 protected:
  ~EndWaitingThreadsTest() override { at::set_num_threads(threads_); }

 private:
  int threads_ = at::get_num_threads();
};

TEST_F(EndWaitingThreadsTest, LeavesNoThreadThatWaitsAndLibTorchReady) {
  at::set_num_threads(3);
  const auto expected = SumOfManyOnes();
  const auto before = ThreadsOfThisProcess();
  EndWaitingThreads();
  // A thread is gone from /proc a moment after its last step.
  for (int i = 0; i < 100 && ThreadsOfThisProcess() > before - 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(ThreadsOfThisProcess(), before - 2);
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_TRUE(at::equal(SumOfManyOnes(), expected));
  EXPECT_EQ(ThreadsOfThisProcess(), before);
}

TEST_F(EndWaitingThreadsTest, DoesNothingWhereNoneWait) {
  at::set_num_threads(1);
  static_cast<void>(SumOfManyOnes());
  EndWaitingThreads();
  const auto before = ThreadsOfThisProcess();
  EndWaitingThreads();
  EXPECT_EQ(ThreadsOfThisProcess(), before);
  EXPECT_EQ(at::get_num_threads(), 1);
}

}  // namespace
}  // namespace gradcam
