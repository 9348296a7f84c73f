#pragma once

#include <optional>
#include <string>

#include "gradcam/device.h"

namespace gradcam {

// "auto", "cpu" or "cuda:0".
[[nodiscard]] std::string NameOf(const Device& device);

// The device of such a name; "cuda" is "cuda:0". Nothing for any other text.
[[nodiscard]] std::optional<Device> DeviceNamed(const std::string& name);

}  // namespace gradcam
