#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

namespace gradcam {

// While it lives, LibTorch's random numbers on one device are those that follow one fixed seed;
// then they go on where they were.
class FixedSeed {
 public:
  explicit FixedSeed(const at::Device& device);
  ~FixedSeed();
  FixedSeed(const FixedSeed&) = delete;
  FixedSeed& operator=(const FixedSeed&) = delete;

 private:
  at::Generator generator_;
  at::Tensor state_;  // before
};

}  // namespace gradcam
