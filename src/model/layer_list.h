#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/torchscript_file.h"

namespace gradcam {

// A call of a module (or, in a frozen file, a convolution) in forward.
struct LayerInfo {
  std::string name;  // as --layer takes it, with "#k" where a layer has several calls
  std::string type;  // e.g. "Conv2d"
  std::vector<std::int64_t> shape;  // output shape without the batch; empty if it did not run
  std::string refusal;              // empty: can be cut here; otherwise why not
  bool in_branch = false;           // in an `if` or loop: k of NAME#k counts how often it ran
  bool is_default = false;
};

// Every layer of `file` in the order of execution, found by one forward pass on a grey picture of
// height x width. A layer inside an `if` or loop is listed once, without "#k". `chosen`: the layer
// that a run takes (a card's), marked as the default; empty for the one that gradcam chooses.
// Throws Error(kModel) if the network refuses the size.
[[nodiscard]] std::vector<LayerInfo> ListLayers(const TorchScriptFile& file, int height, int width,
                                                const std::string& chosen);

}  // namespace gradcam
