#include "model/device/open_device.h"

#include <dlfcn.h>

#include <utility>

#include "core/device_name.h"
#include "core/plugin.h"
#include "gradcam/error.h"
#include "model/device/cpu_device.h"

namespace gradcam {
namespace {

constexpr const char* kUseCpu = "or use --device cpu";

[[noreturn]] void Refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::kUsage, message, hint);
}

void RequireDriver(const std::string& name) {
  // Never closed: LibTorch is about to need it.
  if (dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL) != nullptr) return;
  Refuse("device '" + name +
             "' cannot be used: there is no CUDA driver (libcuda.so.1 cannot be opened)",
         std::string("install NVIDIA's driver, ") + kUseCpu);
}

const DevicePlugin& RequirePlugin(const std::string& name,
                                  std::span<const std::filesystem::path> folders) {
  const Plugin plugin = OpenPlugin("cuda", DevicePlugin::kVersion, folders);
  if (plugin.interface == nullptr) {
    Refuse("device '" + name + "' needs the plug-in libgradcam_cuda.so, which " + plugin.problem,
           std::string("install gradcam with CUDA, ") + kUseCpu);
  }
  return *static_cast<const DevicePlugin*>(plugin.interface);
}

std::string ListOf(const std::vector<std::string>& names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    list += (i == 0 ? "" : ", ") + ("cuda:" + std::to_string(i)) + " (" + names[i] + ")";
  }
  return list;
}

std::shared_ptr<ComputeDevice> OpenCuda(const Device& device,
                                        std::span<const std::filesystem::path> folders) {
  const std::string name = NameOf(device);
  RequireDriver(name);
  const DevicePlugin& plugin = RequirePlugin(name, folders);
  const DevicePlugin::DeviceList list = plugin.List();
  if (list.names.empty()) {
    Refuse("device '" + name + "' cannot be used: " + list.problem,
           "nvidia-smi tells what the driver sees; use --device cpu meanwhile");
  }
  if (std::cmp_greater_equal(device.index, list.names.size())) {
    Refuse("there is no device '" + name + "'", "this machine has " + ListOf(list.names));
  }
  return plugin.Open(device.index);
}

OpenedDevice Cpu(const std::string& fallback) {
  return {.device = {}, .compute = std::make_shared<CpuDevice>(), .fallback = fallback};
}

}  // namespace

OpenedDevice OpenDevice(const Device& device, std::span<const std::filesystem::path> folders) {
  if (device.kind == Device::Kind::kCpu) return Cpu("");
  const Device cuda{.kind = Device::Kind::kCuda, .index = device.index};
  try {
    return {.device = cuda, .compute = OpenCuda(cuda, folders), .fallback = ""};
  } catch (const Error& error) {
    if (device.kind == Device::Kind::kCuda) throw;
    return Cpu(error.what());
  }
}

}  // namespace gradcam
