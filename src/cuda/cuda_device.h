#pragma once

#include <c10/cuda/CUDAStream.h>

#include <string>

#include "model/device/compute_device.h"

namespace gradcam {

// A CUDA device through LibTorch's CUDA half. Copies go on a stream of their own.
class CudaDevice final : public ComputeDevice {
 public:
  // `index`: of a device that the runtime has listed. Makes it current, and computes a little,
  // which fails where it can only be listed. Throws what LibTorch throws.
  explicit CudaDevice(c10::DeviceIndex index);

  [[nodiscard]] at::Device torch_device() const override { return {at::kCUDA, index_}; }
  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] bool has_own_memory() const override { return true; }
  [[nodiscard]] bool IsFast(Precision precision) const override;
  void MakeCurrent() override;
  [[nodiscard]] at::Tensor HostBuffer(std::int64_t bytes) override;
  [[nodiscard]] std::unique_ptr<CopyInFlight> BeginCopy(const at::Tensor& source,
                                                        const at::Tensor& target) override;
  void JoinCopies() override;
  void Synchronize() override;
  void ReleaseMemory() override;
  [[nodiscard]] bool Works() noexcept override;

 private:
  c10::DeviceIndex index_;
  std::string name_;
  int capability_;  // 90 for 9.0
  c10::cuda::CUDAStream copies_;
};

// What `cudaGetDeviceProperties` calls the device.
[[nodiscard]] std::string CudaDeviceName(c10::DeviceIndex index);

}  // namespace gradcam
