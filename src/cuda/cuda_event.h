#pragma once

#include <cuda_runtime_api.h>

namespace gradcam {

// A point in the work of a stream. In place of c10's CUDAEvent, whose destructor ends the process
// when the device is lost.
class CudaEvent {
 public:
  // What `stream`, of the current device, has been given so far. Throws what LibTorch throws.
  explicit CudaEvent(cudaStream_t stream);
  ~CudaEvent();
  CudaEvent(const CudaEvent&) = delete;
  CudaEvent& operator=(const CudaEvent&) = delete;

  // Returns when it has been reached.
  void Wait() const;

  // What `stream` is given from here on is not begun before it has been reached.
  void Block(cudaStream_t stream) const;

 private:
  cudaEvent_t event_ = nullptr;
};

}  // namespace gradcam
