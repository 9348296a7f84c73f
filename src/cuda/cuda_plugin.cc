#include <c10/cuda/CUDAFunctions.h>
#include <cuda_runtime_api.h>

#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "cuda/cuda_device.h"
#include "gradcam/error.h"
#include "model/device/compute_device.h"

namespace gradcam {
namespace {

// Without the advice that LibTorch puts behind it.
std::string FirstLine(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

class CudaPlugin final : public DevicePlugin {
 public:
  [[nodiscard]] DeviceList List() const override {
    int count = 0;
    const cudaError_t counted = c10::cuda::GetDeviceCount(&count);
    if (counted != cudaSuccess) {
      static_cast<void>(cudaGetLastError());  // or the next call would report it
      return {.names = {}, .problem = cudaGetErrorString(counted)};
    }
    if (count == 0) return {.names = {}, .problem = "the CUDA driver finds no device"};
    try {
      DeviceList list;
      for (int i = 0; i < count; ++i) {
        list.names.push_back(CudaDeviceName(static_cast<c10::DeviceIndex>(i)));
      }
      return list;
    } catch (const std::exception& error) {
      return {.names = {}, .problem = FirstLine(error)};
    }
  }

  [[nodiscard]] std::unique_ptr<ComputeDevice> Open(int index) const override {
    // Without it cuBLAS may compute the same product in two ways, and LibTorch says so in every
    // deterministic run. What the user has set stays.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // NOLINT(concurrency-mt-unsafe)
    try {
      return std::make_unique<CudaDevice>(static_cast<c10::DeviceIndex>(index));
    } catch (const std::exception& error) {
      throw Error(ErrorKind::kUsage,
                  "device 'cuda:" + std::to_string(index) + "' cannot be used: " + FirstLine(error),
                  "nvidia-smi tells what the driver sees; use --device cpu meanwhile");
    }
  }
};

}  // namespace
}  // namespace gradcam

extern "C" GRADCAM_EXPORT void* GradcamPlugin(int version) {
  if (version != gradcam::DevicePlugin::kVersion) return nullptr;
  static gradcam::CudaPlugin plugin;
  return static_cast<gradcam::DevicePlugin*>(&plugin);
}
