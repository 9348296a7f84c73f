#include "model/engine/frozen_features.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <string>
#include <vector>

#include "gradcam/error.h"
#include "model/graph/fold_attributes.h"
#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

std::vector<Node*> NodesOfKind(Graph& graph, c10::Symbol kind) {
  std::vector<Node*> nodes;
  ForEachNode(graph.block(), [&](Node* node) {
    if (node->kind() == kind) nodes.push_back(node);
  });
  return nodes;
}

void WeightsToConstants(Graph& graph, const torch::jit::Module& module) {
  for (Node* node : NodesOfKind(graph, c10::prim::GetAttr)) {
    const auto path = AttributePath(graph, node->output());
    const auto value = path ? AttributeAt(module, *path) : std::nullopt;
    if (!value || !value->isTensor()) continue;
    const torch::jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(graph.insertConstant(value->toTensor().detach()));
  }
  torch::jit::EliminateDeadCode(graph.block());
}

// Fusing computes a convolution where its addition or activation stands: a write in between would
// be seen too early.
void RequireNoWrites(Graph& graph) {
  ForEachNode(graph.block(), [](const Node* node) {
    const auto* const schema = node->maybeSchema();
    if (schema != nullptr && schema->is_mutable()) {
      throw Error(ErrorKind::kModel,
                  "it writes tensors in place (" + std::string(node->kind().toQualString()) + ")");
    }
  });
}

// Whether `value` is certainly four-dimensional: it comes from a convolution through operators that
// keep the dimensions.
bool IsFeatureMap(const Value* value) {
  const auto kind = value->node()->kind();
  if (kind == c10::aten::conv2d || kind == c10::aten::_convolution) {
    return value->node()->inputs().at(3)->type()->kind() != c10::TypeKind::StringType;
  }
  const bool keeps_dimensions = kind == c10::aten::batch_norm || kind == c10::aten::relu ||
                                kind == c10::aten::silu || kind == c10::aten::hardtanh ||
                                kind == c10::aten::max_pool2d;
  return keeps_dimensions && IsFeatureMap(value->node()->input(0));
}

// A scripted nn.BatchNorm2d checks that its input has four dimensions. The branch hides the batch
// norm from folding.
void ResolveDimensionChecks(Graph& graph) {
  for (Node* node : NodesOfKind(graph, c10::aten::dim)) {
    if (!IsFeatureMap(node->input())) continue;
    const torch::jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(graph.insertConstant(4));
  }
}

}  // namespace

std::shared_ptr<Graph> FrozenFeatures(const Graph& features, const torch::jit::Module& module) {
  // copy() is not const in LibTorch's view, though it only reads.
  auto graph =
      const_cast<Graph&>(features).copy();  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  WeightsToConstants(*graph, module);
  ResolveDimensionChecks(*graph);
  torch::jit::ConstantPropagation(graph);
  // What a script checks by types: whether something is None, and casts behind such a check.
  torch::jit::PeepholeOptimize(graph);
  torch::jit::ConstantPropagation(graph);
  torch::jit::RemoveTensorMutation(graph);
  RequireNoWrites(*graph);
  torch::jit::FoldFrozenConvBatchnorm(graph);
  torch::jit::EliminateDeadCode(graph);
  graph->lint();
  return graph;
}

}  // namespace gradcam
