#pragma once

#include "model/graph/convolution_flags.h"

namespace gradcam {

// Settings of the whole process for how CUDA's libraries compute: they reach what a graph does not
// state itself, convolutions of a script, matrix products and every gradient. The CPU ignores them.
void SetCudaMath(const ConvolutionFlags& flags);

// Changes them while it lives.
class CudaMathGuard {
 public:
  explicit CudaMathGuard(const ConvolutionFlags& flags);
  ~CudaMathGuard();
  CudaMathGuard(const CudaMathGuard&) = delete;
  CudaMathGuard& operator=(const CudaMathGuard&) = delete;

 private:
  ConvolutionFlags before_;
};

// All operators repeat themselves bit by bit where LibTorch knows a way; it warns of the others by
// name. For the whole process.
void SetDeterministicOperators(bool deterministic);

}  // namespace gradcam
