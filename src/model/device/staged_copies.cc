#include "model/device/staged_copies.h"

#include <ATen/Tensor.h>

namespace gradcam {

StagedCopies::StagedCopies(ComputeDevice& device, std::int64_t bytes)
    : device_(&device), bytes_(bytes) {}

at::Tensor StagedCopies::Next() {
  current_ = 1 - current_;
  Buffer& buffer = buffers_.at(current_);
  if (!buffer.memory.defined()) buffer.memory = device_->HostBuffer(bytes_);
  if (buffer.copy != nullptr) buffer.copy->Wait();
  buffer.copy.reset();
  return buffer.memory;
}

void StagedCopies::Copy(const at::Tensor& target) {
  Buffer& buffer = buffers_.at(current_);
  buffer.copy = device_->BeginCopy(buffer.memory.narrow(0, 0, target.numel()), target);
}

}  // namespace gradcam
