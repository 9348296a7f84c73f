#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>

namespace gradcam {

// A graph cut behind one node.
struct CutGraphs {
  std::shared_ptr<torch::jit::Graph> features;  // (self, x) -> (activations, carried...)
  std::shared_ptr<torch::jit::Graph> head;  // (self, activations, carried...) -> output of forward
};

// Cuts `graph` (self, x) -> output behind `marker`, a node of its top block. Nodes in front of the
// marker go to the features, nodes behind it to the head, so that the order of mutations is kept.
// Constants and attributes of self that nobody writes are repeated in the head; every other value
// that crosses the cut (a skip connection) becomes an output of the features and an input of the
// head. What the head writes in place it clones first. Destroys `graph`.
//
// Throws Error(kUsage), naming `layer`, where that would change the result: if the activations, or
// what the head writes, also cross the cut under another name, be it in a list.
[[nodiscard]] CutGraphs CutBehind(std::shared_ptr<torch::jit::Graph> graph,
                                  torch::jit::Node* marker, const std::string& layer);

}  // namespace gradcam
