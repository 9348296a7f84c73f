#include "model/graph/layer_probe.h"

#include <ATen/Context.h>
#include <ATen/core/List.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>

#include <cmath>

#include "model/graph/graph_runner.h"
#include "model/graph/model_inputs.h"

namespace gradcam {
namespace {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// Convolutions without padding lose cells on both sides: 5x3 cells of a square input are still
// taken for [N, C, h, w].
constexpr double kLargestRatioError = 1.7;

// How far rounding each side by up to one cell moves their ratio.
double RoundingError(std::int64_t height, std::int64_t width) {
  return (1 + 1 / static_cast<double>(height)) * (1 + 1 / static_cast<double>(width));
}

double RatioError(std::int64_t height, std::int64_t width, const std::vector<std::int64_t>& input) {
  const double ratio = (static_cast<double>(height) / static_cast<double>(width)) /
                       (static_cast<double>(input[2]) / static_cast<double>(input[3]));
  return std::max(ratio, 1 / ratio);
}

// Returns the numbers of the calls whose sizes the graph now returns.
std::vector<std::size_t> ReturnSizes(Graph& graph) {
  std::vector<std::size_t> calls;
  std::vector<Value*> sizes;
  for (Node* marker : Markers(graph)) {
    if (marker->owningBlock() != graph.block()) {
      continue;
    }
    calls.push_back(static_cast<std::size_t>(MarkedCall(marker)));
    const torch::jit::WithInsertPoint here(marker);
    sizes.push_back(graph.insert(c10::aten::size, {marker->input()}));
  }
  graph.eraseOutput(0);
  Node* tuple = graph.createTuple(sizes);
  graph.appendNode(tuple);
  graph.registerOutput(tuple->output());
  return calls;
}

}  // namespace

std::vector<std::vector<std::int64_t>> ProbeShapes(const InlinedForward& forward,
                                                   const torch::jit::Module& module,
                                                   const at::Tensor& input) {
  const auto graph = forward.graph->copy();
  const auto calls = ReturnSizes(*graph);
  torch::jit::EliminateDeadCode(graph);
  const at::NoGradGuard no_grad;
  const auto output =
      GraphRunner(graph, "probe").Run(ModelInputs(ModuleForRun(module, forward.effects), input));
  std::vector<std::vector<std::int64_t>> shapes(forward.calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    shapes[calls[i]] = output.toTupleRef().elements().at(i).toIntVector();
  }
  return shapes;
}

FeatureShape ClassifyShape(const std::vector<std::int64_t>& shape,
                           const std::vector<std::int64_t>& input_shape) {
  if (shape.size() != 4 || shape[0] != input_shape[0]) {
    return FeatureShape::kOther;
  }
  const double channels_first = RatioError(shape[2], shape[3], input_shape);
  const double channels_last = RatioError(shape[1], shape[2], input_shape);
  if (channels_first <= RoundingError(shape[2], shape[3])) {
    return FeatureShape::kChannelsFirst;
  }
  if (channels_last <= RoundingError(shape[1], shape[2])) {
    return FeatureShape::kChannelsLast;
  }
  return channels_first <= kLargestRatioError ? FeatureShape::kChannelsFirst
                                              : FeatureShape::kOddRatio;
}

}  // namespace gradcam
