#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <memory>

#include "model/device/compute_device.h"

namespace gradcam {

// Copies to a device through two page-locked buffers in turn: one is filled while the other is on
// its way. Holds the memory on both ends until the copy is over, whatever is thrown meanwhile.
class StagedCopies {
 public:
  // `device` outlives this.
  explicit StagedCopies(ComputeDevice& device) : device_(&device) {}
  // Waits for copies on their way.
  ~StagedCopies();
  StagedCopies(const StagedCopies&) = delete;
  StagedCopies& operator=(const StagedCopies&) = delete;

  [[nodiscard]] ComputeDevice& device() const { return *device_; }

  // A buffer to fill, whose earlier contents have arrived: uint8, at least [bytes].
  [[nodiscard]] at::Tensor Next(std::int64_t bytes);

  // Begins to copy the first bytes of the buffer that Next gave to `target`, uint8 [n], contiguous.
  void Copy(const at::Tensor& target);

  // What the device computes from here on waits for all copies.
  void Join();

 private:
  struct Buffer {
    at::Tensor memory;
    at::Tensor target;                   // while something is on its way there
    std::unique_ptr<CopyInFlight> copy;  // until the buffer is filled again
  };

  static void Finish(Buffer& buffer);

  ComputeDevice* device_;
  std::array<Buffer, 2> buffers_;
  std::size_t current_ = 1;
};

}  // namespace gradcam
