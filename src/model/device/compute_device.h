#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <string>
#include <vector>

#include "gradcam/engine.h"

namespace gradcam {

// A copy to a device that has begun.
class CopyInFlight {
 public:
  CopyInFlight() = default;
  virtual ~CopyInFlight() = default;
  CopyInFlight(const CopyInFlight&) = delete;
  CopyInFlight& operator=(const CopyInFlight&) = delete;

  // Returns when its source has been read and may be written again.
  virtual void Wait() = 0;
};

// What a network needs of the device it computes on, besides LibTorch's operators: implemented for
// the CPU here, for CUDA devices by the plug-in, and by tests. Not for use by two threads at once.
class ComputeDevice {
 public:
  ComputeDevice() = default;
  virtual ~ComputeDevice() = default;
  ComputeDevice(const ComputeDevice&) = delete;
  ComputeDevice& operator=(const ComputeDevice&) = delete;

  // Where LibTorch keeps the tensors.
  [[nodiscard]] virtual at::Device torch_device() const = 0;

  // As people know it ("NVIDIA H100 80GB HBM3"); empty for the CPU.
  [[nodiscard]] virtual std::string name() const = 0;

  // Whether it has a memory of its own, which everything must be copied to.
  [[nodiscard]] virtual bool has_own_memory() const = 0;

  // Whether it has fast instructions for this precision.
  [[nodiscard]] virtual bool IsFast(Precision precision) const = 0;

  // What LibTorch's operators take for "the current device" in the calling thread.
  virtual void MakeCurrent() = 0;

  // Memory of the host that the device can read by itself (page-locked), not initialised.
  [[nodiscard]] virtual at::Tensor HostBuffer(std::int64_t bytes) = 0;

  // Begins to copy bytes from a part of a HostBuffer to memory of the device, both contiguous and
  // of the same size, beside what it computes; behind what it was given to compute before. The
  // source may be written or freed when the copy has been waited for, the target used or freed when
  // it has been waited for or joined (StagedCopies sees to it).
  [[nodiscard]] virtual std::unique_ptr<CopyInFlight> BeginCopy(const at::Tensor& source,
                                                                const at::Tensor& target) = 0;

  // What is computed from here on waits for the copies that have begun.
  virtual void JoinCopies() = 0;

  // Returns when all that it was given to compute is done. Throws what went wrong in it.
  virtual void Synchronize() = 0;

  // Gives back memory that is kept for later use.
  virtual void ReleaseMemory() = 0;

  // Whether it still computes. After some errors a device fails every call until the process ends.
  [[nodiscard]] virtual bool Works() noexcept = 0;
};

// The interface of the plug-in libgradcam_cuda.so (core/plugin.h).
class DevicePlugin {
 public:
  static constexpr int kVersion = 1;

  // The devices of this machine by name; or none, and why.
  struct DeviceList {
    std::vector<std::string> names;
    std::string problem;
  };

  DevicePlugin() = default;
  virtual ~DevicePlugin() = default;
  DevicePlugin(const DevicePlugin&) = delete;
  DevicePlugin& operator=(const DevicePlugin&) = delete;

  [[nodiscard]] virtual DeviceList List() const = 0;

  // `index` of `List().names`; current in the calling thread. Throws Error(kUsage) for a device
  // that cannot be used.
  [[nodiscard]] virtual std::unique_ptr<ComputeDevice> Open(int index) const = 0;
};

}  // namespace gradcam
