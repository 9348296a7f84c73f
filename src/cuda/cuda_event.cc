#include "cuda/cuda_event.h"

#include <c10/cuda/CUDAException.h>

namespace gradcam {

CudaEvent::CudaEvent(cudaStream_t stream) {
  C10_CUDA_CHECK(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming));
  const cudaError_t error = cudaEventRecord(event_, stream);
  if (error != cudaSuccess) static_cast<void>(cudaEventDestroy(event_));
  C10_CUDA_CHECK(error);
}

CudaEvent::~CudaEvent() { static_cast<void>(cudaEventDestroy(event_)); }

void CudaEvent::Wait() const { C10_CUDA_CHECK(cudaEventSynchronize(event_)); }

void CudaEvent::Block(cudaStream_t stream) const {
  C10_CUDA_CHECK(cudaStreamWaitEvent(stream, event_, 0));
}

}  // namespace gradcam
