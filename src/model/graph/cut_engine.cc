#include "model/graph/cut_engine.h"

#include <ATen/core/List.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <algorithm>

#include "gradcam/error.h"
#include "model/graph/graph_cut.h"
#include "model/graph/graph_runner.h"
#include "model/graph/graph_tap.h"
#include "model/graph/model_inputs.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;

// The markers of `calls` in `graph`.
std::vector<Node*> MarkersOf(Graph& graph, const std::vector<std::int64_t>& calls) {
  std::vector<Node*> markers;
  for (Node* marker : Markers(graph)) {
    if (std::find(calls.begin(), calls.end(), MarkedCall(marker)) != calls.end()) {
      markers.push_back(marker);
    }
  }
  return markers;
}

// A copy of the graph with the markers of `calls` only and as few in-place operations as possible.
std::shared_ptr<Graph> PreparedGraph(const InlinedForward& forward,
                                     const std::vector<std::int64_t>& calls) {
  auto graph = forward.graph->copy();
  RemoveMarkersExcept(*graph, MarkersOf(*graph, calls));
  torch::jit::RemoveListMutation(graph);
  torch::jit::RemoveTensorMutation(graph);
  return graph;
}

class TwoGraphs final : public CutEngine {
 public:
  TwoGraphs(const torch::jit::Module& module, const RunEffects& effects, const CutGraphs& graphs)
      : CutEngine(module, effects) {
    outputs_ = ExposeScores(*graphs.head);
    features_ = std::make_unique<GraphRunner>(graphs.features, "features");
    head_ = std::make_unique<GraphRunner>(graphs.head, "head");
  }

  Result Run(const at::Tensor& input) const override {
    const auto module = FreshModule();
    const auto features = RunFeatures(module, input);
    const auto& carried = features.toTupleRef().elements();
    const auto leaf = carried.at(0).toTensor().detach().requires_grad_(true);
    std::vector<c10::IValue> inputs = {module._ivalue(), leaf};
    inputs.insert(inputs.end(), carried.begin() + 1, carried.end());
    const at::AutoGradMode with_gradient(true);
    return {.activations = leaf, .output = head_->Run(std::move(inputs))};
  }

  bool needs_check() const override { return false; }

 private:
  c10::IValue RunFeatures(const torch::jit::Module& module, const at::Tensor& input) const {
    const at::NoGradGuard no_gradient;
    return features_->Run(ModelInputs(module, input));
  }

  std::unique_ptr<GraphRunner> features_;
  std::unique_ptr<GraphRunner> head_;
};

class TappedGraph final : public CutEngine {
 public:
  TappedGraph(const torch::jit::Module& module, const RunEffects& effects,
              const std::shared_ptr<Graph>& graph, LayerSelection selection)
      : CutEngine(module, effects), selection_(std::move(selection)) {
    TapMarkers(graph, MarkersOf(*graph, selection_.calls), selection_.name);
    outputs_ = ExposeScores(*graph);
    runner_ = std::make_unique<GraphRunner>(graph, "tapped");
  }

  Result Run(const at::Tensor& input) const override {
    const c10::List<at::Tensor> taps;
    auto inputs = ModelInputs(FreshModule(), input);
    inputs.emplace_back(taps);
    const at::AutoGradMode with_gradient(true);
    auto output = runner_->RunSharingLists(std::move(inputs));
    if (taps.empty()) {
      throw Error(ErrorKind::kUsage,
                  "layer '" + selection_.name + "' stands in a branch that is not taken");
    }
    return {.activations = taps.get(CallIndex(selection_, taps.size())),
            .output = std::move(output)};
  }

  // A tap puts a clone where the layer's own memory was, which another part of the network may
  // read.
  bool needs_check() const override { return true; }

 private:
  LayerSelection selection_;
  std::unique_ptr<GraphRunner> runner_;
};

}  // namespace

std::unique_ptr<CutEngine> MakeCutEngine(const InlinedForward& forward,
                                         const torch::jit::Module& module,
                                         const LayerSelection& selection) {
  auto chosen = selection;
  const auto first = static_cast<std::size_t>(selection.calls.front());
  if (forward.calls[first].by_position) {
    chosen.calls = {TheCall(selection)};
    chosen.call = -1;  // the last time it runs
  }
  const bool taps = std::any_of(chosen.calls.begin(), chosen.calls.end(), [&](std::int64_t call) {
    return forward.calls[static_cast<std::size_t>(call)].in_branch;
  });
  if (taps) {
    return std::make_unique<TappedGraph>(module, forward.effects,
                                         PreparedGraph(forward, chosen.calls), chosen);
  }
  const std::vector<std::int64_t> calls = {TheCall(chosen)};
  auto graph = PreparedGraph(forward, calls);
  Node* marker = MarkersOf(*graph, calls).at(0);
  return std::make_unique<TwoGraphs>(module, forward.effects,
                                     CutBehind(std::move(graph), marker, chosen.name));
}

}  // namespace gradcam
