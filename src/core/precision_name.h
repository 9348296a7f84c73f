#pragma once

#include <string>

#include "gradcam/engine.h"

namespace gradcam {

[[nodiscard]] std::string NameOf(Precision precision);  // "float32"

}  // namespace gradcam
