#include "model/device/fake_device.h"

#include <ATen/Tensor.h>
#include <c10/core/StorageImpl.h>
#include <c10/util/Exception.h>

#include <cstring>
#include <utility>

namespace gradcam {

namespace {

// Memory as the hardware knows it: by its address, whoever it belongs to by now.
class Memory {
 public:
  explicit Memory(const at::Tensor& tensor)
      : storage_(tensor.storage().getWeakStorageImpl()),
        begin_(tensor.mutable_data_ptr()),
        size_(tensor.nbytes()) {}

  void CopyTo(const Memory& target) const {
    const auto held = storage_.lock();
    const auto held_target = target.storage_.lock();
    TORCH_CHECK(held && held_target, "memory was freed while something was copied");
    std::memcpy(target.begin_, begin_, size_);
  }

 private:
  c10::weak_intrusive_ptr<c10::StorageImpl> storage_;
  void* begin_;
  std::size_t size_;
};

// As LibTorch throws and words it, so that what reads its messages is tested with them.
[[noreturn]] void FailAsLost() {
  throw c10::AcceleratorError(
      {__func__, __FILE__, __LINE__}, /*code=*/719,
      "CUDA error: unspecified launch failure\nSearch for `cudaErrorLaunchFailure' in "
      "https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html for more "
      "information.\nCUDA kernel errors might be asynchronously reported at some other API call, "
      "so "
      "the stacktrace below might be incorrect.");
}

}  // namespace

struct FakeDevice::Pending {
  Memory source;
  Memory target;
  bool done = false;

  void Do() {
    if (!std::exchange(done, true)) source.CopyTo(target);
  }
};

class FakeDevice::Flight final : public CopyInFlight {
 public:
  explicit Flight(std::shared_ptr<Pending> pending) : pending_(std::move(pending)) {}
  void Wait() override { pending_->Do(); }

 private:
  std::shared_ptr<Pending> pending_;
};

void FakeDevice::MakeCurrent() {
  if (is_lost_) FailAsLost();  // so may cudaSetDevice
}

std::unique_ptr<CopyInFlight> FakeDevice::BeginCopy(const at::Tensor& source,
                                                    const at::Tensor& target) {
  if (joins_ > troubles_.batches) {
    is_lost_ = true;
    FailAsLost();
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
  copied_.push_back(source.numel());
  pending_.push_back(std::make_shared<Pending>(Pending{Memory(source), Memory(target)}));
  return std::make_unique<Flight>(pending_.back());
}

void FakeDevice::JoinCopies() {
  for (const auto& pending : pending_) pending->Do();
  pending_.clear();
  used_ = 0;
  ++joins_;
}

}  // namespace gradcam
