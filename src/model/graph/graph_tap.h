#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>
#include <vector>

namespace gradcam {

// For a layer inside an `if` or loop of forward, where no cut is possible: the whole graph runs
// once with gradient from the layer on. Adds an input List[Tensor] to `graph`; each time a marker
// runs it clones its input, asks for its gradient, and appends it to that list, in the order of the
// calls.
//
// Throws Error(kUsage), naming `layer`, where the network goes on to read what stood in front of a
// clone under another name: the gradient would miss that path.
void TapMarkers(const std::shared_ptr<torch::jit::Graph>& graph,
                const std::vector<torch::jit::Node*>& markers, const std::string& layer);

}  // namespace gradcam
