#include "model/graph/graph_tap.h"

#include <torch/csrc/jit/ir/constants.h>

namespace gradcam {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

namespace {

// Clones are needed in front of the leaf and behind it: an in-place operation may write neither the
// leaf nor, through it, what the layer returned.
void Tap(Graph& graph, Node* marker, Value* taps) {
  const torch::jit::WithInsertPoint here(marker);
  Value* copy = graph.insert(c10::aten::clone, {marker->input()});
  Value* leaf = graph.insert(c10::aten::requires_grad_, {copy, graph.insertConstant(true)});
  graph.insert(c10::aten::append, {taps, leaf});
  Value* working_copy = graph.insert(c10::aten::clone, {leaf});
  marker->output()->replaceAllUsesWith(working_copy);
  marker->destroy();
}

}  // namespace

void TapMarkers(Graph& graph, const std::vector<Node*>& markers) {
  Value* taps = graph.addInput("taps")->setType(c10::ListType::ofTensors());
  for (Node* marker : markers) {
    Tap(graph, marker, taps);
  }
  graph.lint();
}

}  // namespace gradcam
