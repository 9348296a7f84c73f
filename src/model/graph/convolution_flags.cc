#include "model/graph/convolution_flags.h"

#include <torch/csrc/jit/ir/constants.h>

#include <string>
#include <utility>
#include <vector>

#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Node;

void SetFlag(Node* node, const std::string& name, bool value) {
  const auto& arguments = node->schema().arguments();
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].name() != name) continue;
    const torch::jit::WithInsertPoint here(node);
    node->replaceInput(i, node->owningGraph()->insertConstant(value));
  }
}

}  // namespace

void SetConvolutionFlags(torch::jit::Graph& graph, const ConvolutionFlags& flags) {
  std::vector<Node*> convolutions;
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() == c10::aten::_convolution && node->maybeSchema() != nullptr) {
      convolutions.push_back(node);
    }
  });
  for (Node* node : convolutions) {
    SetFlag(node, "benchmark", false);
    SetFlag(node, "deterministic", flags.deterministic);
    SetFlag(node, "cudnn_enabled", true);
    SetFlag(node, "allow_tf32", flags.allow_tf32);  // exports before PyTorch 1.7 have no such flag
  }
}

}  // namespace gradcam
