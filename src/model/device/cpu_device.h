#pragma once

#include "model/device/compute_device.h"

namespace gradcam {

// The processor. Copies are made at once; memory and errors are the system's.
class CpuDevice : public ComputeDevice {
 public:
  [[nodiscard]] at::Device torch_device() const override { return at::kCPU; }
  [[nodiscard]] std::string name() const override { return ""; }
  [[nodiscard]] bool has_own_memory() const override { return false; }
  [[nodiscard]] bool IsFast(Precision precision) const override;
  void MakeCurrent() override {}
  [[nodiscard]] at::Tensor HostBuffer(std::int64_t bytes) override;
  [[nodiscard]] std::unique_ptr<CopyInFlight> BeginCopy(const at::Tensor& source,
                                                        const at::Tensor& target) override;
  void JoinCopies() override {}
  void Synchronize() override {}
  void ReleaseMemory() override {}
  [[nodiscard]] bool Works() noexcept override { return true; }
};

}  // namespace gradcam
