#include "model/device/cpu_device.h"

#include <ATen/Tensor.h>
#include <ATen/cpu/Utils.h>
#include <ATen/ops/empty.h>

namespace gradcam {
namespace {

class FinishedCopy final : public CopyInFlight {
 public:
  void Wait() override {}
};

bool HasCapability(const std::string& name) {
  const auto capabilities = at::cpu::get_cpu_capabilities();
  const auto found = capabilities.find(name);
  return found != capabilities.end() && found->second.isBool() && found->second.toBool();
}

}  // namespace

bool CpuDevice::IsFast(Precision precision) const {
  switch (precision) {
    case Precision::kFloat32:
      return true;
    case Precision::kBfloat16:
      return HasCapability("avx512_bf16") || HasCapability("amx_bf16");
    case Precision::kFloat16:
      return HasCapability("avx512_fp16") || HasCapability("amx_fp16");
    case Precision::kTf32:
      break;
  }
  return false;
}

at::Tensor CpuDevice::HostBuffer(std::int64_t bytes) { return at::empty({bytes}, at::kByte); }

std::unique_ptr<CopyInFlight> CpuDevice::BeginCopy(const at::Tensor& source,
                                                   const at::Tensor& target) {
  target.copy_(source);
  return std::make_unique<FinishedCopy>();
}

}  // namespace gradcam
