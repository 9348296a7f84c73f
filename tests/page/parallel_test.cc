#include "page/parallel.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace gradcam {
namespace {

TEST(ForEachInParallel, CallsOnceForEachNumber) {
  for (const int threads : {1, 2, 7}) {
    std::vector<int> calls(1000);
    ForEachInParallel(calls.size(), threads, [&](std::size_t i) { ++calls[i]; });
    EXPECT_EQ(calls, std::vector<int>(1000, 1));
  }
}

TEST(ForEachInParallel, DoesNothingForNothing) {
  ForEachInParallel(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ForEachInParallel, ThrowsWhatWasThrown) {
  EXPECT_THROW(ForEachInParallel(100, 3,
                                 [](std::size_t i) {
                                   if (i == 50) throw std::runtime_error("fifty");
                                 }),
               std::runtime_error);
}

}  // namespace
}  // namespace gradcam
