#include "model/engine/cuda_math.h"

#include <ATen/Context.h>

namespace gradcam {
namespace {

ConvolutionFlags CurrentMath() {
  const at::Context& context = at::globalContext();
  return {.deterministic = context.deterministicCuDNN(),
          .allow_tf32 = context.allowTF32CuDNN(at::Float32Op::CONV)};
}

}  // namespace

void SetCudaMath(const ConvolutionFlags& flags) {
  at::Context& context = at::globalContext();
  context.setBenchmarkCuDNN(false);
  context.setDeterministicCuDNN(flags.deterministic);
  // LibTorch throws where these and its newer settings by operator contradict each other; these set
  // both.
  context.setAllowTF32CuDNN(flags.allow_tf32);
  context.setAllowTF32CuBLAS(flags.allow_tf32);
}

CudaMathGuard::CudaMathGuard(const ConvolutionFlags& flags) : before_(CurrentMath()) {
  SetCudaMath(flags);
}

CudaMathGuard::~CudaMathGuard() { SetCudaMath(before_); }

void SetDeterministicOperators(bool deterministic) {
  at::globalContext().setDeterministicAlgorithms(deterministic, /*warn_only=*/true);
}

}  // namespace gradcam
