#include "core/device_name.h"

#include <charconv>

#include "core/digits.h"

namespace gradcam {
namespace {

constexpr const char* kCuda = "cuda";

}  // namespace

std::string NameOf(const Device& device) {
  switch (device.kind) {
    case Device::Kind::kAuto:
      return "auto";
    case Device::Kind::kCpu:
      return "cpu";
    case Device::Kind::kCuda:
      break;
  }
  return kCuda + (":" + std::to_string(device.index));
}

std::optional<Device> DeviceNamed(const std::string& name) {
  constexpr int kMostDevices = 127;  // as LibTorch counts them
  if (name == "auto") return Device{.kind = Device::Kind::kAuto};
  if (name == "cpu") return Device{.kind = Device::Kind::kCpu};
  Device device{.kind = Device::Kind::kCuda};
  if (name == kCuda) return device;
  const std::string prefix = kCuda + std::string(":");
  if (!name.starts_with(prefix)) return std::nullopt;
  const std::string number = name.substr(prefix.size());
  const char* end = number.data() + number.size();
  const bool is_number =
      IsDigits(number) && std::from_chars(number.data(), end, device.index).ec == std::errc();
  if (!is_number || device.index > kMostDevices) return std::nullopt;
  return device;
}

}  // namespace gradcam
