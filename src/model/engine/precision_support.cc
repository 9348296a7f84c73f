#include "model/engine/precision_support.h"

#include <string>

#include "core/precision_name.h"
#include "gradcam/error.h"
#include "model/device/cpu_device.h"

namespace gradcam {

at::ScalarType TypeOf(Precision precision) {
  switch (precision) {
    case Precision::kBfloat16:
      return at::kBFloat16;
    case Precision::kFloat16:
      return at::kHalf;
    case Precision::kFloat32:
    case Precision::kTf32:
      break;
  }
  return at::kFloat;
}

bool IsFastOnCpu(at::ScalarType type) {
  const CpuDevice cpu;
  if (type == at::kBFloat16) return cpu.IsFast(Precision::kBfloat16);
  if (type == at::kHalf) return cpu.IsFast(Precision::kFloat16);
  return type == at::kFloat;
}

void RequireFastPrecision(const EngineOptions& options, const ComputeDevice& device) {
  const bool is_cpu = !device.has_own_memory();
  if (options.precision == Precision::kTf32 && is_cpu) {
    throw Error(ErrorKind::kUsage, "precision 'tf32' is one of CUDA devices",
                "use float32 or bfloat16");
  }
  if (options.force_precision || device.IsFast(options.precision)) return;
  const std::string name = NameOf(options.precision);
  throw Error(ErrorKind::kUsage,
              (is_cpu ? "this processor" : "device '" + device.name() + "'") +
                  " has no fast instructions for precision '" + name + "'",
              "float32 is as fast here; --force-precision computes in " + name + " all the same");
}

}  // namespace gradcam
