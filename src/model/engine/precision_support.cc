#include "model/engine/precision_support.h"

#include <ATen/cpu/Utils.h>

#include <string>

#include "gradcam/error.h"

namespace gradcam {
namespace {

bool HasCapability(const std::string& name) {
  const auto capabilities = at::cpu::get_cpu_capabilities();
  const auto found = capabilities.find(name);
  return found != capabilities.end() && found->second.isBool() && found->second.toBool();
}

}  // namespace

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
  if (type == at::kBFloat16) return HasCapability("avx512_bf16") || HasCapability("amx_bf16");
  if (type == at::kHalf) return HasCapability("avx512_fp16") || HasCapability("amx_fp16");
  return type == at::kFloat;
}

void RequireFastPrecision(const EngineOptions& options) {
  if (options.precision == Precision::kTf32) {
    throw Error(ErrorKind::kUsage, "precision 'tf32' is one of CUDA devices",
                "use float32 or bfloat16");
  }
  if (options.force_precision || IsFastOnCpu(TypeOf(options.precision))) return;
  const std::string name = options.precision == Precision::kBfloat16 ? "bfloat16" : "float16";
  throw Error(ErrorKind::kUsage,
              "this processor has no fast instructions for precision '" + name + "'",
              "float32 is as fast here; --force-precision computes in " + name + " all the same");
}

}  // namespace gradcam
