#include "model/engine/small_features.h"

#include <ATen/ATen.h>

#include "model/graph/graph_cut.h"
#include "model/graph/graph_walk.h"
#include "model/graph/layer_calls.h"
#include "model/graph/layer_selection.h"
#include "model/small_modules.h"

namespace gradcam {

torch::jit::Module ModuleWithMaps(const std::string& body) {
  return SmallModule({{"maps", body}},
                     "return torch.matmul(self.maps(x).mean([2, 3]), self.fc.t())");
}

std::shared_ptr<torch::jit::Graph> FeaturesOfMaps(const torch::jit::Module& module) {
  const auto forward = InlineForward(module);
  const auto selection = SelectLayer(forward, "maps");
  auto graph = forward.graph->copy();
  for (torch::jit::Node* marker : Markers(*graph)) {
    if (MarkedCall(marker) == selection.calls.front()) {
      RemoveMarkersExcept(*graph, {marker});
      return CutBehind(graph, marker, "maps").features;
    }
  }
  return nullptr;
}

at::Tensor SmallPictures(std::int64_t count) {
  return at::randn({count, 3, 9, 7}, at::detail::createCPUGenerator(3));
}

double ShareOfMaximum(const at::Tensor& found, const at::Tensor& expected) {
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

int CountNodes(torch::jit::Graph& graph, const std::string& kind) {
  int count = 0;
  ForEachNode(graph.block(), [&](const torch::jit::Node* node) {
    count += node->kind().toQualString() == kind ? 1 : 0;
  });
  return count;
}

}  // namespace gradcam
