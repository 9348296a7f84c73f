#include "model/graph/device_rewrite.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/function_impl.h>

namespace gradcam {
namespace {

std::string TextOf(torch::jit::Function& function) {
  return torch::jit::toGraphFunction(function).graph()->toString(false);
}

TEST(DeviceRewrite, RewritesConstantsOfNestedBlocks) {
  torch::jit::CompilationUnit unit(R"(
def f(x):
    if x.dim() > 1:
        x = x + torch.zeros([2], device=torch.device("cuda:1"))
    return x.to(torch.device("cuda:0"))
)");
  auto& function = unit.get_function("f");
  RewriteDevices(function, at::kCPU);
  EXPECT_EQ(TextOf(function).find("cuda"), std::string::npos) << TextOf(function);
  EXPECT_TRUE(at::equal(function({at::ones({1, 2})}).toTensor(), at::ones({1, 2})));
}

TEST(DeviceRewrite, ReplacesTheCallOfCuda) {
  torch::jit::CompilationUnit unit("def f(x):\n    return x.cuda() + 1\n");
  auto& function = unit.get_function("f");
  RewriteDevices(function, at::kCPU);
  EXPECT_TRUE(at::equal(function({at::ones({2})}).toTensor(), at::full({2}, 2)));
}

TEST(DeviceRewrite, GoesTheOtherWayToo) {
  torch::jit::CompilationUnit unit(R"(
def f(x):
    if x.dim() > 1:
        x = x.cpu() + torch.zeros([2], device=torch.device("cpu"))
    return x.to(torch.device("cuda:0"))
)");
  auto& function = unit.get_function("f");
  RewriteDevices(function, at::Device(at::kCUDA, 3));
  const std::string text = TextOf(function);
  EXPECT_EQ(text.find("\"cpu\""), std::string::npos) << text;
  EXPECT_EQ(text.find("cuda:0"), std::string::npos) << text;
  EXPECT_EQ(text.find("aten::cpu"), std::string::npos) << text;
  EXPECT_NE(text.find("aten::cuda"), std::string::npos) << text;
  EXPECT_NE(text.find("cuda:3"), std::string::npos) << text;
}

}  // namespace
}  // namespace gradcam
