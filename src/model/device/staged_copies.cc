#include "model/device/staged_copies.h"

#include <ATen/Tensor.h>

#include <exception>

namespace gradcam {

StagedCopies::~StagedCopies() {
  for (Buffer& buffer : buffers_) {
    try {
      Finish(buffer);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a lost device copies nothing
    }
  }
}

at::Tensor StagedCopies::Next(std::int64_t bytes) {
  current_ = 1 - current_;
  Buffer& buffer = buffers_.at(current_);
  Finish(buffer);
  if (!buffer.memory.defined() || buffer.memory.numel() < bytes) {
    buffer.memory = device_->HostBuffer(bytes);
  }
  return buffer.memory;
}

void StagedCopies::Copy(const at::Tensor& target) {
  Buffer& buffer = buffers_.at(current_);
  buffer.target = target;
  buffer.copy = device_->BeginCopy(buffer.memory.narrow(0, 0, target.numel()), target);
}

void StagedCopies::Join() {
  device_->JoinCopies();
  for (Buffer& buffer : buffers_) buffer.target.reset();
}

void StagedCopies::Finish(Buffer& buffer) {
  if (buffer.copy != nullptr) buffer.copy->Wait();
  buffer.copy.reset();
  buffer.target.reset();
}

}  // namespace gradcam
