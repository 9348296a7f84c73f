#include "model/graph/device_rewrite.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>

namespace gradcam {
namespace {

TEST(DeviceRewrite, MovesConstantsOfNestedBlocksToTheCpu) {
  torch::jit::CompilationUnit unit(R"(
def f(x):
    if x.dim() > 1:
        x = x + torch.zeros([2], device=torch.device("cuda:1"))
    return x.to(torch.device("cuda:0"))
)");
  auto& function = unit.get_function("f");
  MoveToCpu(function);
  const auto text = torch::jit::toGraphFunction(function).graph()->toString(false);
  EXPECT_EQ(text.find("cuda"), std::string::npos) << text;
  EXPECT_TRUE(at::equal(function({at::ones({1, 2})}).toTensor(), at::ones({1, 2})));
}

TEST(DeviceRewrite, ReplacesTheCallOfCuda) {
  torch::jit::CompilationUnit unit("def f(x):\n    return x.cuda() + 1\n");
  auto& function = unit.get_function("f");
  MoveToCpu(function);
  EXPECT_TRUE(at::equal(function({at::ones({2})}).toTensor(), at::full({2}, 2)));
}

}  // namespace
}  // namespace gradcam
