#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>

#include "model/device/compute_device.h"

namespace gradcam {

// Copies to a device through two page-locked buffers in turn: one is filled while the other is on
// its way.
class StagedCopies {
 public:
  // `bytes`: of each buffer. `device` outlives this.
  StagedCopies(ComputeDevice& device, std::int64_t bytes);

  [[nodiscard]] std::int64_t bytes() const { return bytes_; }

  // A buffer to fill, whose earlier contents have arrived: uint8 [bytes].
  [[nodiscard]] at::Tensor Next();

  // Begins to copy the first bytes of the buffer that Next gave to `target`, uint8 [n], contiguous.
  void Copy(const at::Tensor& target);

  // What the device computes from here on waits for all copies.
  void Join() { device_->JoinCopies(); }

 private:
  struct Buffer {
    at::Tensor memory;
    std::unique_ptr<CopyInFlight> copy;
  };

  ComputeDevice* device_;
  std::int64_t bytes_;
  std::array<Buffer, 2> buffers_;
  std::size_t current_ = 1;
};

}  // namespace gradcam
