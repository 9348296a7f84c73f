#include "model/engine/cuda_math.h"

#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace gradcam {
namespace {

// The settings hold without a GPU; what cuDNN makes of them does not show.
TEST(CudaMath, IsChangedWhileAGuardLives) {
  at::Context& context = at::globalContext();
  context.setBenchmarkCuDNN(true);
  SetCudaMath({.deterministic = true, .allow_tf32 = false});
  {
    const CudaMathGuard guard({.deterministic = false, .allow_tf32 = true});
    EXPECT_FALSE(context.deterministicCuDNN());
    EXPECT_TRUE(context.allowTF32CuDNN(at::Float32Op::CONV));
    EXPECT_TRUE(context.allowTF32CuBLAS());
  }
  EXPECT_FALSE(context.benchmarkCuDNN());
  EXPECT_TRUE(context.deterministicCuDNN());
  EXPECT_FALSE(context.allowTF32CuDNN(at::Float32Op::CONV));
  // This reading throws if LibTorch's older and newer settings contradict each other.
  EXPECT_FALSE(context.allowTF32CuBLAS());
}

}  // namespace
}  // namespace gradcam
