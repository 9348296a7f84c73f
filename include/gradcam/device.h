#pragma once

namespace gradcam {

// Where a network computes.
struct Device {
  enum class Kind {
    kAuto,  // the first CUDA device if there is one, else the CPU
    kCpu,
    kCuda,  // through the plug-in libgradcam_cuda.so
  };

  Kind kind = Kind::kCpu;
  int index = 0;  // of a CUDA device

  bool operator==(const Device&) const = default;
};

}  // namespace gradcam
