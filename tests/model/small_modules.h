#pragma once

#include <torch/csrc/jit/api/module.h>

#include <string>
#include <vector>

namespace gradcam {

struct SmallLayer {
  std::string name;
  std::string forward;  // body of forward(self, x)
};

// A scripted module in eval mode with one sub-module for each of `layers` and the method
// `forward(self, x)` with the lines of `forward`. Every module has the parameters
// w [4, 3, 3, 3], v [4, 4, 3, 3], fc [5, 4] with seeded values.
[[nodiscard]] torch::jit::Module SmallModule(const std::vector<SmallLayer>& layers,
                                             const std::string& forward);

}  // namespace gradcam
