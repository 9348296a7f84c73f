#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "gradcam/device.h"
#include "model/device/compute_device.h"

namespace gradcam {

// A device ready to compute.
struct OpenedDevice {
  Device device;  // never kAuto
  std::shared_ptr<ComputeDevice> compute;
  std::string fallback;  // why kAuto became the CPU; else empty
};

// Opens `device`; the plug-in libgradcam_cuda.so, from the first of `folders` that has it, only if
// it is asked for or, with kAuto, a CUDA driver is installed. LibTorch looks once for CUDA: this
// must be the first that a process does with LibTorch. Throws Error(kUsage) for a CUDA device that
// cannot be used: without driver, plug-in or GPU.
[[nodiscard]] OpenedDevice OpenDevice(const Device& device,
                                      std::span<const std::filesystem::path> folders);

}  // namespace gradcam
