#include "model/policy/source_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gradcam/error.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

std::string Refusal(const std::string& code, Trust trust = Trust::kAllowListOnly) {
  try {
    SourceCheck(trust).Require(std::make_shared<torch::jit::Source>(code));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string Repeat(const std::string& text, int times) {
  std::string repeated;
  for (int i = 0; i < times; ++i) {
    repeated += text;
  }
  return repeated;
}

TEST(SourceCheck, TakesWhatTorchWrites) {
  EXPECT_EQ(Refusal(R"(
class Net(Module):
  __parameters__ = ["w", ]
  __buffers__ = []
  w : Tensor
  __annotations__["0"] = __torch__.torch.nn.modules.conv.Conv2d
  rate : Final[float] = 0.10000000000000001
  def forward(self: __torch__.Net,
    x: Tensor,
    flag: bool=False,
    sizes: Optional[List[int]]=None,
    shift: float=-1.5,
    limit: float=inf,
    axes: List[int]=[1, -2],
    kind: __torch__.Color=__torch__.Color.RED,
    names: List[str]=annotate(List[str], [])) -> Tensor:
    return torch.add(x, CONSTANTS.c0)
)"),
            "");
}

TEST(SourceCheck, RefusesDefaultsThatRunWhileLoading) {
  const std::string code =
      "def f(x: Tensor, y: Tensor=torch.from_file(\"a\", False, 3)):\n  return x\n";
  EXPECT_THAT(Refusal(code), HasSubstr("computes a default value"));
  EXPECT_EQ(Refusal(code, Trust::kEverything), "");
  EXPECT_NE(Refusal("def f(x: int=[torch.seed() for i in range(3)][0]):\n  return x\n"), "");
  EXPECT_NE(Refusal("class A(Module):\n  def f(self, x: int=g(3)):\n    return x\n"), "");
}

TEST(SourceCheck, RefusesClassConstantsThatRunWhileLoading) {
  EXPECT_NE(Refusal("class A(Module):\n  c : Final[int] = __torch__.f(3)\n"), "");
  EXPECT_NE(Refusal("class A(NamedTuple):\n  c : int = torch.add(3, 4)\n"), "");
}

TEST(SourceCheck, RefusesHooksThatDoNotExist) {
  // LibTorch would follow a dangling pointer.
  const std::string head = "class A(Module):\n";
  const std::string lists =
      "  __forward_pre_hooks__ = [\"a\", ]\n  __forward_hooks__ = [\"b\", ]\n";
  const auto def = [](const std::string& name) {
    return "  def " + name + "(self, x):\n    return x\n";
  };
  EXPECT_EQ(Refusal(head + lists + def("a") + def("b"), Trust::kEverything), "");
  EXPECT_THAT(Refusal(head + lists + def("a"), Trust::kEverything), HasSubstr("hook"));
  EXPECT_THAT(Refusal(head + lists + def("b"), Trust::kEverything), HasSubstr("hook"));
  EXPECT_THAT(Refusal(head + def("a") + def("b") + lists, Trust::kEverything), HasSubstr("hook"));
}

TEST(SourceCheck, RefusesNamesThatRunWhileCompiling) {
  EXPECT_THAT(Refusal("def f():\n  torch._print(\"a\")\n"), HasSubstr("_print"));
  EXPECT_THAT(Refusal("def f():\n  getattr(torch, \"_print\")(\"a\")\n"), HasSubstr("_print"));
}

TEST(SourceCheck, RefusesDeepNesting) {
  constexpr int kDeep = 100'000;
  for (const std::string& expression :
       {Repeat("(", kDeep) + "x" + Repeat(")", kDeep), Repeat("[", kDeep) + Repeat("]", kDeep),
        Repeat("-", kDeep) + "x", Repeat("not ", kDeep) + "x", "x" + Repeat(" + x", kDeep),
        "x" + Repeat(" ** x", kDeep), "x" + Repeat(".a", kDeep), "x" + Repeat("()", kDeep),
        "x" + Repeat("[0]", kDeep), Repeat("x if x else ", kDeep) + "x"}) {
    EXPECT_THAT(Refusal("def f(x):\n  return " + expression + "\n", Trust::kEverything),
                HasSubstr("nested too deeply"))
        << expression.substr(0, 20);
  }
  std::string blocks = "def f(x):\n";
  std::string indent = " ";
  for (int i = 0; i < 1000; ++i) {
    blocks += indent + "if x:\n";
    indent += " ";
  }
  EXPECT_THAT(Refusal(blocks + indent + "pass\n"), HasSubstr("nested too deeply"));
  EXPECT_THAT(Refusal("def f(x):\n  if x:\n    pass\n" + Repeat("  elif x:\n    pass\n", 10'000)),
              HasSubstr("nested too deeply"));
}

TEST(SourceCheck, RefusesMoreDefinitionsThanCanNest) {
  const std::string nested = "  return " + Repeat("f(", 150) + "x" + Repeat(")", 150) + "\n";
  SourceCheck check(Trust::kEverything);
  const auto require = [&](int definitions) {
    check.Require(
        std::make_shared<torch::jit::Source>(Repeat("def f(x):\n" + nested, definitions)));
  };
  require(800);
  EXPECT_THROW(require(2'000), Error);
}

TEST(SourceCheck, TakesAsManyDefinitionsAsLargeNetworksHave) {
  EXPECT_EQ(
      Refusal(Repeat("class Conv2d(Module):\n"
                     "  weight : Tensor\n"
                     "  def forward(self: __torch__.torch.nn.modules.conv.Conv2d,\n"
                     "    x: Tensor) -> Tensor:\n"
                     "    weight = self.weight\n"
                     "    return torch._convolution(x, weight, None, [1, 1], [0, 0], [1, 1])\n",
                     4'000)),
      "");
}

TEST(SourceCheck, TakesLongListsAndManyLines) {
  EXPECT_EQ(Refusal("def f(x):\n  return [" + Repeat("-1, ", 20'000) + "0]\n"), "");
  EXPECT_EQ(Refusal("def f(x):\n" + Repeat("  x = torch.add(x, -x * (x + 1))\n", 5'000)), "");
}

}  // namespace
}  // namespace gradcam
