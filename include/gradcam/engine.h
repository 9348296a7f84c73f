#pragma once

#include <memory>

#include "gradcam/device.h"

namespace gradcam {

class CompiledNetworks;  // gradcam/compiled_networks.h

// Who runs the features half of a cut network. The head and its gradient are always LibTorch's.
enum class Engine {
  kAuto,      // what is fastest for the length of the run
  kLibtorch,  // LibTorch alone
  kOpenvino,  // OpenVINO's compiler, through its plug-in
};

// Numbers of the features half. The head and its gradient are always float32.
enum class Precision {
  kFloat32,
  kTf32,      // float32 with products of 10 bits; CUDA devices only
  kBfloat16,  // 8 bits of precision, the range of float32
  kFloat16,   // 11 bits of precision, up to 65504
};

struct EngineOptions {
  Device device = {.kind = Device::Kind::kCpu, .index = 0};
  Engine engine = Engine::kAuto;
  Precision precision = Precision::kFloat32;
  bool force_precision = false;  // also where the device has no fast instructions for it
  // Nothing is chosen by timing or by the length of the run, and every picture is computed alone:
  // its place in a batch changes the last bits of its numbers.
  bool deterministic = false;
  int batch = 0;     // pictures that are given to Explain together; 0: chosen
  int pictures = 1;  // how many are expected: what pays for many does not for one
  // Where compiled networks are kept for later runs; null: nowhere. Not used if `deterministic`.
  std::shared_ptr<CompiledNetworks> compiled;
};

}  // namespace gradcam
