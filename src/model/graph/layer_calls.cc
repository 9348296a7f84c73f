#include "model/graph/layer_calls.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/passes/constant_propagation.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "model/graph/fold_attributes.h"
#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Block;
using torch::jit::Graph;
using torch::jit::GraphFunction;
using torch::jit::Node;
using torch::jit::Value;

const auto kCallNumber = c10::Symbol::attr("gradcam_layer_call");

void InsertMarkerBehind(Graph& graph, Value* output, Node* next, std::int64_t call) {
  Node* marker = graph.create(c10::aten::alias, {output}, 1);
  SetMarkedCall(marker, call);
  marker->output()->setType(c10::TensorType::get());
  marker->insertBefore(next);
  output->replaceAllUsesAfterNodeWith(marker, marker->output());
}

std::string TypeName(const Value* module) {
  const auto type = module->type()->cast<c10::ClassType>();
  const auto name = type ? type->name() : std::nullopt;
  return name ? name->name() : "";
}

std::string RefusalOfOutput(const std::vector<Value*>& outputs) {
  if (outputs.size() == 1 && outputs[0]->type()->kind() == c10::TypeKind::TensorType) {
    return "";
  }
  if (outputs.empty() || outputs[0]->type()->kind() == c10::TypeKind::NoneType) {
    return "it returns nothing in this file (the trace of a module that does nothing)";
  }
  return "it returns " + outputs[0]->type()->annotation_str() + ", not one tensor";
}

// LibTorch's own inliner forgets which module a call belonged to. This one goes from the outermost
// call inwards, so that the callee's attribute path is known when it is inlined.
class Inliner {
 public:
  Inliner(Graph& graph, std::vector<LayerCall>& calls) : graph_(graph), calls_(calls) {}

  void Run(Block* block) {
    for (Node* node = block->nodes().front(); node != block->return_node();) {
      node = InlineOrEnter(node);
    }
  }

 private:
  struct OpenCall {
    std::string path;
    std::string type;
    std::vector<Value*> outputs;
    Node* end;
  };

  // Returns the node to go on with.
  Node* InlineOrEnter(Node* node) {
    const bool is_call =
        node->kind() == c10::prim::CallMethod || node->kind() == c10::prim::CallFunction;
    GraphFunction* callee = is_call ? torch::jit::tryToGraphFunction(node) : nullptr;
    if (callee == nullptr) {
      for (Block* nested : node->blocks()) {
        Run(nested);
      }
      return node->next();
    }
    const auto layer = LayerOf(node);
    if (node->kind() == c10::prim::CallFunction) {
      node->removeInput(0);
    }
    Node* const previous = node->prev();
    Node* const next = node->next();
    // The callee's graph as it was written: its own calls are visited next.
    const auto outputs = torch::jit::inlineCallTo(node, callee, callee->graph().get());
    if (layer) {
      const auto refusal = RefusalOfOutput(outputs);
      calls_.push_back({.path = layer->first, .type = layer->second, .refusal = refusal});
      if (refusal.empty()) {
        InsertMarkerBehind(graph_, outputs.at(0), next,
                           static_cast<std::int64_t>(calls_.size()) - 1);
      }
    }
    return previous->next();
  }

  // Path and type if `node` calls a module's forward. A trace names a module's second call
  // "forward1".
  std::optional<std::pair<std::string, std::string>> LayerOf(const Node* node) const {
    if (node->kind() != c10::prim::CallMethod || !node->s(c10::attr::name).starts_with("forward")) {
      return std::nullopt;
    }
    auto path = AttributePath(graph_, node->input(0));
    if (!path || path->empty()) {
      return std::nullopt;
    }
    return std::pair(*path, TypeName(node->input(0)));
  }

  Graph& graph_;
  std::vector<LayerCall>& calls_;
};

bool IsConvolution(const Node* node) {
  return node->kind() == c10::aten::conv2d || node->kind() == c10::aten::_convolution ||
         node->kind() == c10::aten::convolution;
}

// In a frozen file convolutions by position are all that is left to address.
void MarkConvolutions(Graph& graph, std::vector<LayerCall>& calls) {
  std::vector<Node*> convolutions;
  ForEachNode(graph.block(), [&](Node* node) {
    if (IsConvolution(node)) {
      convolutions.push_back(node);
    }
  });
  for (Node* node : convolutions) {
    calls.push_back({.path = "conv", .type = "convolution", .refusal = "", .by_position = true});
    InsertMarkerBehind(graph, node->output(), node->next(),
                       static_cast<std::int64_t>(calls.size()) - 1);
  }
}

// Calls were numbered from the outermost inwards; users count them in program order. A call without
// marker comes in front of the first marked one that was met after it.
void SortCallsByPosition(InlinedForward& forward) {
  const auto markers = Markers(*forward.graph);
  const std::size_t count = forward.calls.size();
  std::vector<std::size_t> position(count, markers.size());
  for (std::size_t i = 0; i < markers.size(); ++i) {
    position[static_cast<std::size_t>(MarkedCall(markers[i]))] = i;
  }
  std::vector<bool> marked(count);
  std::size_t next = markers.size();
  for (std::size_t call = count; call-- > 0;) {
    marked[call] = position[call] < markers.size();
    next = std::min(next, position[call]);
    position[call] = marked[call] ? position[call] : next;
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(position[a], marked[a]) < std::pair(position[b], marked[b]);
  });
  std::vector<LayerCall> sorted;
  for (const std::size_t call : order) {
    if (marked[call]) {
      SetMarkedCall(markers[position[call]], static_cast<std::int64_t>(sorted.size()));
    } else if (forward.calls[call].refusal.empty()) {
      forward.calls[call].refusal = "its output is not used in evaluation mode";
    }
    sorted.push_back(std::move(forward.calls[call]));
  }
  forward.calls = std::move(sorted);
}

// Several passes see the same pictures: none may find those that another one has written to.
void CopyWrittenInput(const std::shared_ptr<Graph>& graph) {
  if (graph->inputs().size() < 2) return;
  Value* input = graph->inputs()[1];
  if (!torch::jit::AliasDb(graph).hasWriters(input)) return;
  const torch::jit::WithInsertPoint begin(*graph->nodes().begin());
  Value* copy = graph->insert(c10::aten::clone, {input});
  input->replaceAllUsesWith(copy);
  copy->node()->replaceInput(0, input);
}

void FindBranches(InlinedForward& forward) {
  for (const Node* marker : Markers(*forward.graph)) {
    forward.calls[static_cast<std::size_t>(MarkedCall(marker))].in_branch =
        marker->owningBlock() != forward.graph->block();
  }
}

}  // namespace

std::int64_t MarkedCall(const Node* node) {
  return node->kind() == c10::aten::alias && node->hasAttribute(kCallNumber) ? node->i(kCallNumber)
                                                                             : -1;
}

void SetMarkedCall(Node* node, std::int64_t call) { node->i_(kCallNumber, call); }

std::vector<Node*> Markers(Graph& graph) {
  std::vector<Node*> markers;
  ForEachNode(graph.block(), [&](Node* node) {
    if (MarkedCall(node) >= 0) {
      markers.push_back(node);
    }
  });
  return markers;
}

void RemoveMarkersExcept(Graph& graph, const std::vector<Node*>& keep) {
  for (Node* marker : Markers(graph)) {
    if (std::find(keep.begin(), keep.end(), marker) == keep.end()) {
      marker->output()->replaceAllUsesWith(marker->input());
      marker->destroy();
    }
  }
}

InlinedForward InlineForward(const torch::jit::Module& module) {
  InlinedForward forward;
  const auto& function = module.get_method("forward").function();
  forward.graph = torch::jit::toGraphFunction(function).graph()->copy();
  Graph& graph = *forward.graph;
  Inliner(graph, forward.calls).Run(graph.block());
  FoldAttributes(graph, module);
  forward.train_mode_operators = SwitchTrainModeOff(graph);
  torch::jit::ConstantPropagation(forward.graph);
  torch::jit::LowerSimpleTuples(forward.graph);
  torch::jit::EliminateDeadCode(forward.graph);
  CopyWrittenInput(forward.graph);
  MarkConvolutions(graph, forward.calls);
  SortCallsByPosition(forward);
  FindBranches(forward);
  forward.effects = EffectsOf(forward.graph);
  return forward;
}

bool HasModules(const InlinedForward& forward) {
  return std::any_of(forward.calls.begin(), forward.calls.end(),
                     [](const LayerCall& call) { return !call.by_position; });
}

}  // namespace gradcam
