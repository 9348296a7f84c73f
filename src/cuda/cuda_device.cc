#include "cuda/cuda_device.h"

#include <ATen/Tensor.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAEvent.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>

#include <exception>
#include <utility>

namespace gradcam {
namespace {

// The copy is over when its event is.
class CudaCopy final : public CopyInFlight {
 public:
  explicit CudaCopy(c10::cuda::CUDAEvent done) : done_(std::move(done)) {}
  void Wait() override { done_.synchronize(); }

 private:
  c10::cuda::CUDAEvent done_;
};

int CapabilityOf(c10::DeviceIndex index) {
  int major = 0;
  int minor = 0;
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index));
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index));
  return 10 * major + minor;
}

}  // namespace

std::string CudaDeviceName(c10::DeviceIndex index) {
  cudaDeviceProp properties{};
  C10_CUDA_CHECK(cudaGetDeviceProperties(&properties, index));
  return properties.name;
}

CudaDevice::CudaDevice(c10::DeviceIndex index)
    : index_(index),
      name_(CudaDeviceName(index)),
      capability_(CapabilityOf(index)),
      copies_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, index)) {}

bool CudaDevice::IsFast(Precision precision) const {
  constexpr int kVolta = 70;   // the first tensor cores: float16
  constexpr int kAmpere = 80;  // tensor cores for TF32 and bfloat16
  switch (precision) {
    case Precision::kFloat32:
      return true;
    case Precision::kFloat16:
      return capability_ >= kVolta;
    case Precision::kTf32:
    case Precision::kBfloat16:
      break;
  }
  return capability_ >= kAmpere;
}

void CudaDevice::MakeCurrent() { c10::cuda::set_device(index_); }

at::Tensor CudaDevice::HostBuffer(std::int64_t bytes) {
  return at::empty({bytes}, at::TensorOptions(at::kByte).pinned_memory(true));
}

std::unique_ptr<CopyInFlight> CudaDevice::BeginCopy(const at::Tensor& source,
                                                    const at::Tensor& target) {
  // The target's memory may have been another tensor's, which a kernel still reads.
  c10::cuda::CUDAEvent before;
  before.record(c10::cuda::getCurrentCUDAStream(index_));
  before.block(copies_);
  const c10::cuda::CUDAStreamGuard on_copy_stream(copies_);
  target.copy_(source, /*non_blocking=*/true);
  c10::cuda::CUDACachingAllocator::recordStream(target.storage().data_ptr(), copies_);
  c10::cuda::CUDAEvent done;
  done.record(copies_);
  return std::make_unique<CudaCopy>(std::move(done));
}

void CudaDevice::JoinCopies() {
  c10::cuda::CUDAEvent copied;
  copied.record(copies_);
  copied.block(c10::cuda::getCurrentCUDAStream(index_));
}

void CudaDevice::Synchronize() {
  const c10::cuda::CUDAGuard here(index_);
  c10::cuda::device_synchronize();
}

void CudaDevice::ReleaseMemory() { c10::cuda::CUDACachingAllocator::emptyCache(); }

bool CudaDevice::Works() noexcept {
  try {
    // An error of one call stays with the runtime until it is read; only one that comes back has
    // broken the device.
    static_cast<void>(cudaGetLastError());
    const c10::cuda::CUDAGuard here(index_);
    return cudaDeviceSynchronize() == cudaSuccess;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace gradcam
