// Every operator that is handed over, computed by both engines.
#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/ir/irparser.h>

#include <algorithm>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include "model/engine/compiled_engine.h"
#include "model/engine/flatten_graph.h"
#include "model/engine/frozen_features.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/small_features.h"

namespace gradcam {
namespace {

struct Case {
  std::string name;
  // Lines of forward(self, x), or, where the compiler of scripts writes no such operator, a graph.
  std::string body;
};

void PrintTo(const Case& operator_case, std::ostream* out) { *out << operator_case.name; }

// A graph of the features half with the given nodes, which end in %y.
std::string GraphOf(const std::string& nodes) {
  return "graph(%self, %x : Tensor):\n" + nodes +
         "\n  %r : (Tensor) = prim::TupleConstruct(%y)\n  return (%r)";
}

const std::string kConvolution = "a = torch.conv2d(x, self.w, None, 1, 1)\n";

const std::vector<Case> kCases = {
    {"aten::Int", GraphOf("  %one : int = prim::Constant[value=1]()\n"
                          "  %two : int = prim::Constant[value=2]()\n"
                          "  %n : int = aten::size(%x, %one)\n"
                          "  %t : Tensor = prim::NumToTensor(%n)\n"
                          "  %h : Tensor = aten::floor_divide(%t, %two)\n"
                          "  %i : int = aten::Int(%h)\n"
                          "  %y : Tensor = aten::mul(%x, %i)")},
    {"aten::_convolution",
     "return torch._convolution(x, self.w, self.fc[0, :4], [2, 1], [1, 0], [1, 2], False, [0, 0], "
     "1, False, False, True, True)"},
    {"aten::_convolution",
     "return torch._convolution(x, self.w[:3], None, [2, 2], [1, 1], [1, 1], True, [1, 1], 1, "
     "False, False, True, True)"},
    {"aten::_convolution",
     "return torch._convolution(torch.cat([x, x], 1)[:, :4], self.v[:, :1], None, [1, 1], [1, 1], "
     "[1, 1], False, [0, 0], 4, False, False, True, True)"},
    {"aten::abs", "return torch.abs(x)"},
    {"aten::adaptive_avg_pool2d", "return torch.adaptive_avg_pool2d(x, [4, 3])"},
    {"aten::adaptive_avg_pool2d", "return x * torch.adaptive_avg_pool2d(x, [1, 1])"},
    {"aten::add", "return torch.add(x, x.abs(), alpha=3) + 1"},
    {"aten::add", "return x[:, x.size(1) + x.size(0) - x.size(0) - 2 :]"},
    {"aten::avg_pool2d", "return torch.avg_pool2d(x, [3, 3], [2, 2], [1, 1], False, False)"},
    {"aten::avg_pool2d", "return torch.avg_pool2d(x, [2, 2], [2, 2], [0, 0], True, True)"},
    {"aten::batch_norm",
     "return torch.batch_norm(x, self.fc[0, :3], self.fc[1, :3], self.fc[2, :3], "
     "self.fc[3, :3].abs() + 0.5, False, 0.1, 1e-3, True)"},
    {"aten::bmm", "a = x.flatten(2)\nreturn torch.bmm(a, a.transpose(1, 2))"},
    {"aten::cat", "return torch.cat([x, x * 2, x[:, :1]], 1)"},
    {"aten::ceil", "return torch.ceil(x)"},
    {"aten::chunk", "a, b = torch.chunk(x, 2, 2)\nreturn torch.cat([b, a], 2)"},
    {"aten::clamp", "return torch.clamp(x, 0., 0.5)"},
    {"aten::clamp", "return torch.clamp(x, min=-0.25)"},
    {"aten::constant_pad_nd", "return torch.constant_pad_nd(x, [1, 0, 2, 1], 0.5)"},
    {"aten::contiguous", "return x.transpose(2, 3).contiguous()"},
    {"aten::conv2d", "return torch.conv2d(x, self.w, self.fc[0, :4], [2, 1], [1, 0], [1, 2])"},
    {"aten::conv2d", "return torch.conv2d(x, self.w, None, padding='same')"},
    {"aten::conv_transpose2d", "return torch.conv_transpose2d(x, self.w[:3], None, [2, 2])"},
    {"aten::detach", "return (x * 2).detach()"},
    {"aten::div", "return x / 3 + torch.div(x, x.abs() + 1)"},
    {"aten::dropout", "return torch.dropout(x, 0.5, False)"},
    {"aten::elu", "return torch.elu(x, 0.7)"},
    {"aten::exp", "return torch.exp(x)"},
    {"aten::expand_as", "return x.mean([2, 3], True).expand_as(x)"},
    {"aten::flatten", "return x.flatten(1)"},
    {"aten::floor_divide", GraphOf("  %one : int = prim::Constant[value=1]()\n"
                                   "  %two : int = prim::Constant[value=2]()\n"
                                   "  %n : int = aten::size(%x, %one)\n"
                                   "  %t : Tensor = prim::NumToTensor(%n)\n"
                                   "  %h : Tensor = aten::floor_divide(%t, %two)\n"
                                   "  %y : Tensor = aten::mul(%x, %h)")},
    {"aten::floordiv", "return x * (x.size(2) // 2)"},
    {"aten::gelu", "return torch.gelu(x)"},
    {"aten::gelu", "return torch.gelu(x, approximate='tanh')"},
    {"aten::group_norm",
     kConvolution + "return torch.group_norm(a, 2, self.fc[0, :4], self.fc[1, :4], 1e-3)"},
    {"aten::hardsigmoid", "return torch.hardsigmoid(x * 4)"},
    {"aten::hardswish", "return torch.hardswish(x * 4)"},
    {"aten::hardtanh", "return torch.hardtanh(x, 0., 0.5)"},
    {"aten::layer_norm",
     kConvolution + "return torch.layer_norm(a.permute([0, 2, 3, 1]), [4], self.fc[0, :4], "
                    "self.fc[1, :4], 1e-3)"},
    {"aten::leaky_relu", "return torch.leaky_relu(x, 0.3)"},
    {"aten::linear", kConvolution + "return torch.linear(a.permute([0, 2, 3, 1]), self.fc)"},
    {"aten::matmul", "return torch.matmul(x, x.transpose(2, 3))"},
    {"aten::max_pool2d", "return torch.max_pool2d(x, [3, 2], [2, 2], [1, 0])"},
    {"aten::max_pool2d", "return torch.max_pool2d(x, [2, 2], [2, 2], [0, 0], [1, 1], True)"},
    {"aten::mean", "return x.mean([2, 3], True)"},
    {"aten::mish", "return torch.mish(x)"},
    {"aten::mul", "return x * 0.5 * torch.sigmoid(x)"},
    {"aten::neg", "return torch.neg(x)"},
    {"aten::pad", "return torch.pad(x, [1, 0, 2, 1])"},
    {"aten::pad", "return torch.pad(x, [1, 0, 2, 1], 'constant', -2.)"},
    {"aten::permute", "return x.permute([0, 2, 3, 1])"},
    {"aten::pow", "return torch.pow(x, 2)"},
    {"aten::prelu", kConvolution + "return torch.prelu(a, self.fc[0, :4])"},
    {"aten::relu", "return torch.relu(x)"},
    {"aten::relu", "return (x * 2).relu_()"},
    {"aten::relu6", "return torch.relu6(x * 4)"},
    {"aten::reshape", "return x.reshape([x.size(0), 3, 63])"},
    {"aten::reshape_as", "return x.transpose(2, 3).reshape_as(x)"},
    {"aten::rsqrt", "return torch.rsqrt(x.abs() + 1)"},
    {"aten::rsub", "return torch.rsub(x, 1)"},
    {"aten::scaled_dot_product_attention",
     "a = x.flatten(2)\nreturn torch.scaled_dot_product_attention(a, a * 2, a + 1)"},
    {"aten::select", "return x.select(1, -1)"},
    {"aten::sigmoid", "return torch.sigmoid(x)"},
    {"aten::silu", "return torch.silu(x)"},
    {"aten::size", "return x.view([x.size(0), -1])"},
    {"aten::slice", "return x[:, 1:, ::2]"},
    {"aten::softmax", "return torch.softmax(x, 1)"},
    {"aten::softplus", "return torch.softplus(x)"},
    {"aten::split", "a, b = torch.split(x, 2, 1)\nreturn a + b"},
    {"aten::split_with_sizes",
     "a, b = torch.split_with_sizes(x, [1, 2], 1)\nreturn torch.cat([b, a], 1)"},
    {"aten::sqrt", "return torch.sqrt(x.abs())"},
    {"aten::squeeze", "return x[:, :1].squeeze(1)"},
    {"aten::stack", "return torch.stack([x, x * 2], 1)"},
    {"aten::sub", "return torch.sub(x, x.abs(), alpha=2) - 1"},
    {"aten::sum", "return x.sum([1], True)"},
    {"aten::tanh", "return torch.tanh(x)"},
    {"aten::transpose", "return x.transpose(1, 2)"},
    {"aten::unsqueeze", "return x.unsqueeze(2)"},
    {"aten::upsample_bilinear2d", "return torch.upsample_bilinear2d(x, [18, 14], False)"},
    {"aten::upsample_bilinear2d", "return torch.upsample_bilinear2d(x, [17, 13], True)"},
    {"aten::upsample_nearest2d", "return torch.upsample_nearest2d(x, [18, 14])"},
    {"aten::view", "return x.view([-1, 9, 7])"},
    {"prim::Constant", "return x + self.fc[0, 0]"},
    {"prim::ListConstruct", "return x.view([x.size(0), 1, 3, 63])"},
    {"prim::ListUnpack", "a, b, c = torch.chunk(x, 3, 1)\nreturn a * b + c"},
    {"prim::NumToTensor", GraphOf("  %one : int = prim::Constant[value=1]()\n"
                                  "  %n : int = aten::size(%x, %one)\n"
                                  "  %t : Tensor = prim::NumToTensor(%n)\n"
                                  "  %y : Tensor = aten::mul(%x, %t)")},
};

std::shared_ptr<torch::jit::Graph> FeaturesOf(const Case& operator_case,
                                              const torch::jit::Module& module) {
  if (!operator_case.body.starts_with("graph(")) return FeaturesOfMaps(module);
  auto graph = std::make_shared<torch::jit::Graph>();
  torch::jit::parseIR(operator_case.body, graph.get());
  graph->inputs().at(0)->setType(module._ivalue()->type());
  return graph;
}

class FlatOperator : public ::testing::TestWithParam<Case> {};

TEST_P(FlatOperator, IsComputedAsByLibTorch) {
  const bool is_graph = GetParam().body.starts_with("graph(");
  const auto module = ModuleWithMaps(is_graph ? "return x" : GetParam().body);
  const auto graph = FeaturesOf(GetParam(), module);
  EXPECT_GT(CountNodes(*FrozenFeatures(*graph, module), GetParam().name), 0);
  const std::vector<std::filesystem::path> folders = {GRADCAM_PLUGINS};
  CompiledEngine engine({.compiler = &OpenVinoCompiler(folders),
                         .features = graph,
                         .module = module,
                         .precision = Precision::kFloat32,
                         .place = {}});
  LoadedFeatures reference(graph, module, {});
  // One compiled network takes batches of any size.
  for (const std::int64_t count : {2, 1, 3}) {
    const auto input = SmallPictures(count);
    const auto expected = reference.Run(input).activations;
    const auto found = engine.Run(input).activations;
    ASSERT_EQ(found.sizes(), expected.sizes());
    // Sums in another order, and functions computed by polynomials: 1e-6 was measured.
    EXPECT_LE(ShareOfMaximum(found, expected), 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(All, FlatOperator, ::testing::ValuesIn(kCases));

TEST(FlatOperators, AllHaveACaseHere) {
  std::set<std::string> tested;
  for (const Case& operator_case : kCases) tested.insert(operator_case.name);
  const auto names = FlatOperators();
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_THAT(tested, ::testing::UnorderedElementsAreArray(names.begin(), names.end()));
}

}  // namespace
}  // namespace gradcam
