#include "model/device/fake_device.h"

#include <ATen/Tensor.h>
#include <c10/util/Exception.h>

#include <utility>

namespace gradcam {

struct FakeDevice::Pending {
  at::Tensor source;
  at::Tensor target;
  bool done = false;

  void Do() {
    if (!std::exchange(done, true)) target.copy_(source);
  }
};

class FakeDevice::Flight final : public CopyInFlight {
 public:
  explicit Flight(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}
  void Wait() override { pending_->Do(); }

 private:
  std::shared_ptr<Pending> pending_;
};

std::unique_ptr<CopyInFlight> FakeDevice::BeginCopy(const at::Tensor& source,
                                                    const at::Tensor& target) {
  // As LibTorch throws and words them, so that what reads its messages is tested with them.
  if (joins_ > troubles_.batches) {
    throw c10::AcceleratorError(
        {__func__, __FILE__, __LINE__}, /*code=*/719,
        "CUDA error: unspecified launch failure\nCUDA kernel errors might be asynchronously "
        "reported at some other API call, so the stacktrace below might be incorrect.");
  }
  used_ += source.numel();
  if (joins_ > 0 && used_ > troubles_.room) {
    used_ = 0;
    pending_.clear();
    TORCH_CHECK_WITH(
        OutOfMemoryError, false,
        "CUDA out of memory. Tried to allocate 2.00 MiB. GPU 0 has a total capacity of "
        "1.00 MiB of which 0 bytes is free.");
  }
  ++copies_;
  pending_.push_back(std::make_shared<Pending>(Pending{source, target}));
  return std::make_unique<Flight>(pending_.back());
}

void FakeDevice::JoinCopies() {
  for (const auto& pending : pending_) pending->Do();
  pending_.clear();
  used_ = 0;
  ++joins_;
}

}  // namespace gradcam
