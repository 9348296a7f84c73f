#include "model/graph/convolution_flags.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/irparser.h>

#include <memory>
#include <string>
#include <vector>

#include "model/graph/graph_runner.h"
#include "model/graph/graph_walk.h"

namespace gradcam {
namespace {

using torch::jit::Graph;

// A traced convolution, once on the top level and once in a branch, with all flags the other way.
std::shared_ptr<Graph> TracedConvolutions() {
  auto graph = std::make_shared<Graph>();
  torch::jit::parseIR(R"IR(
graph(%x : Tensor, %w : Tensor):
  %none : NoneType = prim::Constant()
  %true : bool = prim::Constant[value=1]()
  %false : bool = prim::Constant[value=0]()
  %zero : int = prim::Constant[value=0]()
  %one : int = prim::Constant[value=1]()
  %zeros : int[] = prim::ListConstruct(%zero, %zero)
  %ones : int[] = prim::ListConstruct(%one, %one)
  %a : Tensor = aten::_convolution(%x, %w, %none, %ones, %zeros, %ones, %false, %zeros, %one, %true, %true, %false, %true)
  %b : Tensor = prim::If(%true)
    block0():
      %c : Tensor = aten::_convolution(%a, %w, %none, %ones, %zeros, %ones, %false, %zeros, %one, %true, %true, %false, %true)
      -> (%c)
    block1():
      -> (%a)
  return (%b))IR",
                      graph.get());
  return graph;
}

// benchmark, deterministic, cudnn_enabled, allow_tf32 of every convolution.
std::vector<std::vector<bool>> FlagsIn(Graph& graph) {
  std::vector<std::vector<bool>> flags;
  ForEachNode(graph.block(), [&](torch::jit::Node* node) {
    if (node->kind() != c10::aten::_convolution) return;
    flags.emplace_back();
    for (std::size_t i = 9; i < 13; ++i) {
      flags.back().push_back(torch::jit::toIValue(node->input(i))->toBool());
    }
  });
  return flags;
}

TEST(ConvolutionFlags, ReplaceTheConstantsOfATrace) {
  const auto graph = TracedConvolutions();
  SetConvolutionFlags(*graph, {.deterministic = false, .allow_tf32 = false});
  graph->lint();
  const std::vector<bool> expected = {false, false, true, false};
  EXPECT_EQ(FlagsIn(*graph), (std::vector{expected, expected}));
}

TEST(ConvolutionFlags, ChangeNoNumberOnTheCpu) {
  const auto graph = TracedConvolutions();
  const auto x = at::rand({1, 2, 4, 4});
  const auto w = at::rand({2, 2, 1, 1});
  const auto before = GraphRunner(graph->copy(), "f").Run({x, w}).toTensor();
  SetConvolutionFlags(*graph, {.deterministic = true, .allow_tf32 = true});
  EXPECT_TRUE(at::equal(GraphRunner(graph, "f").Run({x, w}).toTensor(), before));
}

}  // namespace
}  // namespace gradcam
