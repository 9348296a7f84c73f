#pragma once

#include <c10/core/ScalarType.h>

#include "gradcam/engine.h"
#include "model/device/compute_device.h"

namespace gradcam {

// Numbers of this precision as LibTorch stores them.
[[nodiscard]] at::ScalarType TypeOf(Precision precision);

// Whether the processor has instructions for matrices of this type.
[[nodiscard]] bool IsFastOnCpu(at::ScalarType type);

// Throws Error(kUsage), with what helps, for a precision that is not fast on `device` unless
// `options.force_precision`; for kTf32 on the CPU in any case.
void RequireFastPrecision(const EngineOptions& options, const ComputeDevice& device);

}  // namespace gradcam
