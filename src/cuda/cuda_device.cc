#include "cuda/cuda_device.h"

#include <ATen/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime_api.h>

#include "cuda/cuda_event.h"

namespace gradcam {
namespace {

// The copy is over when its event is.
class CudaCopy final : public CopyInFlight {
 public:
  explicit CudaCopy(cudaStream_t copies) : done_(copies) {}
  void Wait() override { done_.Wait(); }

 private:
  CudaEvent done_;
};

int CapabilityOf(c10::DeviceIndex index) {
  int major = 0;
  int minor = 0;
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, index));
  C10_CUDA_CHECK(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, index));
  return 10 * major + minor;
}

// A first gradient on the device, so that the device is current in the thread in which LibTorch
// computes gradients. Otherwise cuBLAS, if it comes first there, warns that it is not.
void WarmUpGradients(const at::Tensor& one) {
  const at::AutoGradMode with_gradient(true);
  one.detach().requires_grad_().mul(2).backward();
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
      copies_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, index)) {
  c10::cuda::set_device(index);
  // LibTorch may have no code for so old or so new a GPU; the network's first kernel would tell too
  // late for --device auto.
  const at::Device device(at::kCUDA, index);
  const at::Tensor one = at::ones({1}, at::TensorOptions(device));
  static_cast<void>(one.item<float>());
  WarmUpGradients(one);
}

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
  MakeCurrent();
  // The target's memory may have been another tensor's, which a kernel still reads.
  CudaEvent(c10::cuda::getCurrentCUDAStream(index_)).Block(copies_);
  // Not Tensor::copy_ and recordStream: LibTorch's allocators would remember the stream and ask it
  // for an event when the memory is freed, in a destructor, which ends the process when the device
  // is lost. Who holds the memory knows when it is free (staged_copies.h).
  C10_CUDA_CHECK(cudaMemcpyAsync(target.mutable_data_ptr(), source.const_data_ptr(),
                                 source.nbytes(), cudaMemcpyHostToDevice, copies_));
  return std::make_unique<CudaCopy>(copies_);
}

void CudaDevice::JoinCopies() {
  MakeCurrent();
  CudaEvent(copies_).Block(c10::cuda::getCurrentCUDAStream(index_));
}

void CudaDevice::Synchronize() { c10::cuda::getCurrentCUDAStream(index_).synchronize(); }

void CudaDevice::ReleaseMemory() { c10::cuda::CUDACachingAllocator::emptyCache(); }

bool CudaDevice::Works() noexcept {
  // An error of one call stays with the runtime until it is read; only one that comes back has
  // broken the device.
  static_cast<void>(cudaGetLastError());
  return cudaSetDevice(index_) == cudaSuccess && cudaDeviceSynchronize() == cudaSuccess;
}

}  // namespace gradcam
