#include "model/engine/cut_engine.h"

#include <ATen/core/List.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/remove_mutation.h>

#include <algorithm>

#include "core/stopwatch.h"
#include "gradcam/error.h"
#include "model/engine/device_features.h"
#include "model/engine/features_choice.h"
#include "model/engine/precision_support.h"
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

std::unique_ptr<FeaturesOfRun> MakeFeatures(const CutGraphs& graphs,
                                            const torch::jit::Module& module,
                                            const RunEffects& effects, const std::string& cut,
                                            const EngineOptions& options,
                                            const ComputeDevice& device) {
  RequireFastPrecision(options, device);
  if (device.has_own_memory()) {
    return std::make_unique<DeviceFeatures>(graphs.features, module, effects, options);
  }
  return ChooseFeatures(graphs.features, module, effects, cut, options);
}

class TwoGraphs final : public CutEngine {
 public:
  TwoGraphs(const torch::jit::Module& module, const RunEffects& effects, const CutGraphs& graphs,
            const std::string& cut, const EngineOptions& options, ComputeDevice& device)
      : device_(&device),
        precision_(options.precision),
        features_(MakeFeatures(graphs, module, effects, cut, options, device)) {
    outputs_ = ExposeScores(*graphs.head);
    head_ = std::make_unique<GraphRunner>(graphs.head, "head");
  }

  Result Run(const at::Tensor& input) override {
    Stopwatch watch;
    const Features features = features_->Run(input);
    device_->Synchronize();  // or the times would be those of giving orders
    const double seconds = watch.Lap();
    Result result = RunHead(features);
    device_->Synchronize();
    result.times = {.features = seconds, .head = watch.Lap()};
    result.precision = precision_;
    return result;
  }

  Result RunReference(const at::Tensor& input) override {
    return RunHead(features_->RunReference(input));
  }

  int NextBatch() const override { return features_->NextBatch(); }
  std::vector<std::string> TakeNotes() override { return features_->TakeNotes(); }
  bool needs_check() const override { return false; }

 private:
  Result RunHead(const Features& features) const {
    const auto leaf = features.activations.detach().requires_grad_(true);
    std::vector<c10::IValue> inputs = {features.self, leaf};
    inputs.insert(inputs.end(), features.carried.begin(), features.carried.end());
    const at::AutoGradMode with_gradient(true);
    return {.activations = leaf,
            .output = head_->Run(std::move(inputs)),
            .times = {},
            .engine = features.engine,
            .precision = Precision::kFloat32};
  }

  ComputeDevice* device_;
  Precision precision_;
  std::unique_ptr<FeaturesOfRun> features_;
  std::unique_ptr<GraphRunner> head_;
};

class TappedGraph final : public CutEngine {
 public:
  TappedGraph(const torch::jit::Module& module, const RunEffects& effects,
              const std::shared_ptr<Graph>& graph, LayerSelection selection)
      : module_(module), effects_(effects), selection_(std::move(selection)) {
    TapMarkers(graph, MarkersOf(*graph, selection_.calls), selection_.name);
    outputs_ = ExposeScores(*graph);
    runner_ = std::make_unique<GraphRunner>(graph, "tapped");
  }

  Result Run(const at::Tensor& input) override {
    Stopwatch watch;
    const c10::List<at::Tensor> taps;
    auto inputs = ModelInputs(ModuleForRun(module_, effects_), input);
    inputs.emplace_back(taps);
    const at::AutoGradMode with_gradient(true);
    auto output = runner_->RunSharingLists(std::move(inputs));
    if (taps.empty()) {
      throw Error(ErrorKind::kUsage,
                  "layer '" + selection_.name + "' stands in a branch that is not taken");
    }
    return {.activations = taps.get(CallIndex(selection_, taps.size())),
            .output = std::move(output),
            .times = {.features = 0, .head = watch.Lap()},
            .engine = Engine::kLibtorch,
            .precision = Precision::kFloat32};
  }

  Result RunReference(const at::Tensor& input) override { return Run(input); }

  // A tap puts a clone where the layer's own memory was, which another part of the network may
  // read.
  bool needs_check() const override { return true; }

 private:
  torch::jit::Module module_;
  RunEffects effects_;
  LayerSelection selection_;
  std::unique_ptr<GraphRunner> runner_;
};

}  // namespace

std::unique_ptr<CutEngine> MakeCutEngine(const InlinedForward& forward,
                                         const torch::jit::Module& module,
                                         const LayerSelection& selection,
                                         const EngineOptions& options, ComputeDevice& device) {
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
    RequirePlainEngine(options, "layer '" + selection.name + "' stands in a branch or loop");
    return std::make_unique<TappedGraph>(module, forward.effects,
                                         PreparedGraph(forward, chosen.calls), chosen);
  }
  const std::vector<std::int64_t> calls = {TheCall(chosen)};
  auto graph = PreparedGraph(forward, calls);
  Node* marker = MarkersOf(*graph, calls).at(0);
  const std::string cut = "behind call " + std::to_string(calls.front()) + " of " + chosen.name;
  return std::make_unique<TwoGraphs>(module, forward.effects,
                                     CutBehind(std::move(graph), marker, chosen.name), cut, options,
                                     device);
}

}  // namespace gradcam
