#include "model/engine/frozen_features.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/frozen_conv_folding.h>
#include <torch/csrc/jit/passes/peephole.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <string>
#include <unordered_set>
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

using FeatureMaps = std::unordered_set<const Value*>;

// A number, a tensor of up to four dimensions, or a feature map: added or multiplied, it changes no
// dimension of a feature map.
bool KeepsDimensionsOfOther(const Value* value, const FeatureMaps& maps) {
  if (value->type()->kind() != c10::TypeKind::TensorType) return true;
  const auto constant = torch::jit::toIValue(value);
  return constant ? constant->toTensor().dim() <= 4 : maps.contains(value);
}

// The old operator is one of one, two or three dimensions.
bool HasTwoStrides(const Node* convolution) {
  const auto stride = torch::jit::toIValue(convolution->input(3));
  return stride && stride->isIntList() && stride->toIntList().size() == 2;
}

bool GivesFeatureMap(const Node* node, const FeatureMaps& maps) {
  static const std::unordered_set<c10::Symbol> kKeepDimensions = {c10::aten::adaptive_avg_pool2d,
                                                                  c10::aten::avg_pool2d,
                                                                  c10::aten::batch_norm,
                                                                  c10::aten::dropout,
                                                                  c10::aten::hardtanh,
                                                                  c10::aten::max_pool2d,
                                                                  c10::aten::hardsigmoid,
                                                                  c10::aten::hardswish,
                                                                  c10::aten::relu,
                                                                  c10::aten::sigmoid,
                                                                  c10::aten::silu};
  const auto kind = node->kind();
  if (kind == c10::aten::conv2d) return true;
  if (kind == c10::aten::_convolution) return HasTwoStrides(node);
  if (kind == c10::aten::add || kind == c10::aten::mul) {
    return maps.contains(node->input(0)) && KeepsDimensionsOfOther(node->input(1), maps);
  }
  return kKeepDimensions.contains(kind) && maps.contains(node->input(0));
}

// The values that have four dimensions: they come from a convolution (which gives three for a
// picture without a batch, but that is no [N, 3, H, W]) through operators that keep them.
FeatureMaps FindFeatureMaps(Graph& graph) {
  FeatureMaps maps;
  ForEachNode(graph.block(), [&](const Node* node) {
    if (GivesFeatureMap(node, maps)) maps.insert(node->output());
  });
  return maps;
}

// Whether `node` counts the dimensions of a feature map: x.dim() or len(x.size()).
bool CountsDimensions(const Node* node, const FeatureMaps& maps) {
  if (node->kind() == c10::aten::dim) return maps.contains(node->input());
  if (node->kind() != c10::aten::len) return false;
  const Node* size = node->input()->node();
  return size->kind() == c10::aten::size && size->inputs().size() == 1 &&
         maps.contains(size->input());
}

// A script checks that the input of a batch norm has four dimensions, or how many sizes that of a
// pooling has. The branch hides the batch norm from folding, and no flat graph can hold it.
void ResolveDimensionChecks(Graph& graph) {
  const FeatureMaps maps = FindFeatureMaps(graph);
  std::vector<Node*> counts;
  ForEachNode(graph.block(), [&](Node* node) {
    if (CountsDimensions(node, maps)) counts.push_back(node);
  });
  for (Node* node : counts) {
    const torch::jit::WithInsertPoint here(node);
    node->output()->replaceAllUsesWith(graph.insertConstant(4));
  }
}

// InlineForward copies an input that seems to be written to. Nothing writes any more.
void RemoveInputCopy(Graph& graph) {
  for (auto node = graph.nodes().begin(); node != graph.nodes().end(); ++node) {
    const bool is_copy =
        node->kind() == c10::aten::clone && node->input(0)->node()->kind() == c10::prim::Param;
    if (!is_copy) continue;
    node->output()->replaceAllUsesWith(node->input(0));
    node.destroyCurrent();
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
  RemoveInputCopy(*graph);
  torch::jit::FoldFrozenConvBatchnorm(graph);
  torch::jit::EliminateDeadCode(graph);
  graph->lint();
  return graph;
}

}  // namespace gradcam
