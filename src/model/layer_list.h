#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/torchscript_file.h"

namespace gradcam {

// A call of a module (or, in a frozen file, a convolution) in forward.
struct LayerInfo {
  std::string name;                 // as --layer takes it
  std::string type;                 // e.g. "Conv2d"
  std::vector<std::int64_t> shape;  // output shape without the batch; empty if it did not run
  std::string refusal;              // empty: can be cut here; otherwise why not
  bool is_default = false;
};

// Every layer of `file` in the order of execution, found by one forward pass on a grey picture of
// height x width. Throws Error(kModel) if the network refuses the size.
[[nodiscard]] std::vector<LayerInfo> ListLayers(const TorchScriptFile& file, int height, int width);

}  // namespace gradcam
