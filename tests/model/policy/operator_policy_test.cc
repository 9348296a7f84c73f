#include "model/policy/operator_policy.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/module.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gradcam/error.h"
#include "model/temp_file.h"
#include "model/torchscript_file.h"
#include "model/zip_writer.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

// What RequireHarmless says of the method `forward` in a module with these methods.
std::string RefusalOf(const std::string& methods) {
  torch::jit::Module module("__torch__.Net");
  module.define(methods);
  try {
    RequireHarmless(module.get_method("forward").function(), "it");
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), HasSubstr("--trust-model"));
    return error.what();
  }
  return "";
}

std::string RefusalOfFunction(const std::string& functions, const std::string& name) {
  torch::jit::CompilationUnit unit(functions);
  try {
    RequireHarmless(unit.get_function(name), "it");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(OperatorPolicy, LetsNetworksPass) {
  EXPECT_EQ(RefusalOf(R"(
def forward(self, x, flag: bool=True, more: Optional[Tensor]=None):
    y = torch.relu(x)
    for i in range(3):
        if flag:
            y = torch.max_pool2d(y, [2, 2])
        else:
            y = y + float(i)
    if more is not None:
        y = y + more
    return {"out": torch.softmax(torch.flatten(y, 1), 1)}
)"),
            "");
}

TEST(OperatorPolicy, NamesTheOperatorAndWhatItDoes) {
  EXPECT_THAT(RefusalOf("def forward(self, x):\n    torch.save(x, \"a\")\n    return x\n"),
              HasSubstr("it uses the operator 'aten::save', which reads or writes files"));
  EXPECT_THAT(RefusalOf("def forward(self, x):\n    return torch.from_file(\"a\", False, 8)\n"),
              HasSubstr("aten::from_file"));
}

TEST(OperatorPolicy, LooksIntoBranchesAndLoops) {
  EXPECT_THAT(RefusalOf(R"(
def forward(self, x, n: int):
    for i in range(n):
        if i > 100:
            while i > 3:
                torch.save(x, "a")
    return x
)"),
              HasSubstr("aten::save"));
}

TEST(OperatorPolicy, LooksIntoOtherMethods) {
  EXPECT_THAT(RefusalOf(R"(
def helper(self, x):
    torch.manual_seed(3)
    return x
def forward(self, x):
    return self.helper(x)
)"),
              HasSubstr("aten::manual_seed"));
}

TEST(OperatorPolicy, LooksIntoFunctions) {
  EXPECT_THAT(RefusalOfFunction(R"(
def inner(x):
    torch.save(x, "a")
    return x
def outer(x):
    return inner(x) + 1
)",
                                "outer"),
              HasSubstr("aten::save"));
}

TEST(OperatorPolicy, RefusesCallsNestedTooDeeply) {
  const auto chain = [](int length) {
    std::string functions = "def f0(x):\n    return x\n";
    for (int i = 1; i <= length; ++i) {
      functions +=
          "def f" + std::to_string(i) + "(x):\n    return f" + std::to_string(i - 1) + "(x)\n";
    }
    return RefusalOfFunction(functions, "f" + std::to_string(length));
  };
  EXPECT_EQ(chain(100), "");
  EXPECT_THAT(chain(300), HasSubstr("too deeply"));
}

TEST(OperatorPolicy, IgnoresMethodsThatForwardCannotReach) {
  EXPECT_EQ(RefusalOf(R"(
def dump(self, x):
    torch.save(x, "a")
    return x
def forward(self, x):
    return x + 1
)"),
            "");
}

TEST(OperatorPolicy, RefusesOperatorsThatTrustTheirArguments) {
  EXPECT_THAT(RefusalOf("def forward(self, x, i: Tensor):\n"
                        "    return torch._unsafe_index(x, [i])\n"),
              HasSubstr("reach memory outside"));
}

TEST(OperatorPolicy, RefusesUncheckedCastsOfStructures) {
  // What `assert isinstance` compiles to; a file could hold the cast without the check.
  EXPECT_THAT(RefusalOf(R"(
def forward(self, x: Any):
    assert isinstance(x, Tuple[int, int])
    return x[0]
)"),
              HasSubstr("unchecked"));
  EXPECT_EQ(RefusalOf(R"(
def forward(self, x: Optional[Tuple[int, int]]):
    assert x is not None
    return x[0]
)"),
            "");
  EXPECT_EQ(RefusalOf(R"(
def forward(self, x: Any):
    assert isinstance(x, Tensor)
    return x + 1
)"),
            "");
}

// What is said of a file whose code is `code`; its class is Net with a sub-module `child` of the
// class Child.
std::string RefusalOfCode(const std::string& code) {
  torch::jit::Module module("__torch__.Net");
  torch::jit::Module child("__torch__.Child", module._ivalue()->compilation_unit());
  child.define("def forward(self, x):\n    return x\n");
  module.register_module("child", child);
  module.define("def forward(self, x):\n    return self.child.forward(x)\n");
  const auto path = TempFile("net.pt");
  module.save(path.string());
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  auto parts = ReadZip(bytes.str());
  Part(parts, "net/code/__torch__.py").content = code;
  std::ofstream(path, std::ios::binary) << WriteZip(parts);
  try {
    const TorchScriptFile file(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// Classes Net and Child, whose forward have these bodies.
std::string Classes(const std::string& child_type, const std::string& net,
                    const std::string& child) {
  return "class Net(Module):\n  __parameters__ = []\n  __buffers__ = []\n  child : __torch__." +
         child_type + "\n  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n" + net +
         "class Child(Module):\n  __parameters__ = []\n  __buffers__ = []\n" +
         "  def forward(self: __torch__.Child, x: Tensor) -> Tensor:\n" + child +
         "class Layer(ModuleInterface):\n  def forward(self, x: Tensor) -> Tensor:\n    pass\n" +
         "def helper(x: Tensor) -> Tensor:\n  torch.save(x, \"a\")\n  return x\n";
}

constexpr const char* kCallChild = "    return (self.child).forward(x, )\n";
constexpr const char* kReturn = "    return x\n";
constexpr const char* kSave = "    torch.save(x, \"a\")\n    return x\n";

TEST(OperatorPolicy, FollowsCallsThroughInterfaces) {
  EXPECT_EQ(RefusalOfCode(Classes("Layer", kCallChild, kReturn)), "");
  EXPECT_THAT(RefusalOfCode(Classes("Layer", kCallChild, kSave)), HasSubstr("aten::save"));
  EXPECT_THAT(RefusalOfCode(Classes("Child", kCallChild, kSave)), HasSubstr("aten::save"));
}

TEST(OperatorPolicy, FollowsForkedCalls) {
  constexpr const char* kFork =
      "    later = fork(__torch__.helper, x)\n    return torch.wait(later)\n";
  EXPECT_THAT(RefusalOfCode(Classes("Child", kFork, kReturn)), HasSubstr("aten::save"));
}

TEST(OperatorPolicy, RefusesDefaultsThatRunWhileLoading) {
  std::string code = Classes("Child", kReturn, kReturn);
  code += "def trap(x: Tensor=__torch__.helper(torch.ones([1]))) -> Tensor:\n  return x\n";
  EXPECT_THAT(RefusalOfCode(code), HasSubstr("default value"));
}

// A module whose state is written and read by methods of its own, `attack` among them.
std::filesystem::path FileWithSetState(const std::string& attack) {
  torch::jit::Module module("__torch__.Net");
  module.register_attribute("training", c10::BoolType::get(), true);
  module.register_attribute("w", c10::TensorType::get(), at::ones({3}));
  module.define(R"(
def __getstate__(self):
    return (self.w, self.training)
def __setstate__(self, state: Tuple[Tensor, bool]):
    )" + attack +
                R"(
    self.w = state[0] + 1
    self.training = state[1]
def forward(self, x):
    return x + self.w
)");
  auto path = TempFile("net.pt");
  module.save(path.string());
  return path;
}

TEST(OperatorPolicy, RunsHarmlessSetState) {
  const TorchScriptFile file(FileWithSetState("pass"));
  EXPECT_EQ(file.module().attr("w").toTensor().sum().item<float>(), 6);
}

TEST(OperatorPolicy, RefusesSetStateThatWritesAFileBeforeItRuns) {
  const auto stolen = TempFile("stolen.bin");
  const auto path = FileWithSetState("torch.save(state[0], \"" + stolen.string() + "\")");
  std::filesystem::remove(stolen);
  EXPECT_THROW(TorchScriptFile{path}, Error);
  EXPECT_FALSE(std::filesystem::exists(stolen));
  const TorchScriptFile trusted(path, Trust::kEverything);
  EXPECT_TRUE(std::filesystem::exists(stolen));
}

TEST(OperatorPolicy, RefusesAForwardThatWritesAFileUnlessTrusted) {
  const auto stolen = TempFile("stolen.bin");
  torch::jit::Module module("__torch__.Net");
  torch::jit::Module child("__torch__.Child", module._ivalue()->compilation_unit());
  child.define("def forward(self, x):\n    if x.dim() > 1:\n        torch.save(x, \"" +
               stolen.string() + "\")\n    return x\n");
  module.register_module("child", child);
  module.define("def forward(self, x):\n    return self.child.forward(x)\n");
  const auto path = TempFile("net.pt");
  module.save(path.string());
  std::filesystem::remove(stolen);
  EXPECT_THROW(TorchScriptFile{path}, Error);
  const TorchScriptFile trusted(path, Trust::kEverything);
  EXPECT_FALSE(std::filesystem::exists(stolen));
  auto loaded = trusted.module();
  loaded.forward({at::ones({2, 2})});
  EXPECT_TRUE(std::filesystem::exists(stolen));
}

}  // namespace
}  // namespace gradcam
