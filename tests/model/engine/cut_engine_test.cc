#include "model/engine/cut_engine.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "core/big_stack.h"
#include "gradcam/error.h"
#include "model/device/cpu_device.h"
#include "model/score_reader.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

using ::testing::HasSubstr;

at::Tensor Picture() { return at::randn({2, 3, 8, 8}, at::detail::createCPUGenerator(3)); }

CutEngine::Result RunCut(const torch::jit::Module& module, const std::string& layer,
                         const at::Tensor& input) {
  const auto forward = InlineForward(module);
  CpuDevice cpu;
  return MakeCutEngine(forward, module, SelectLayer(forward, layer), {}, cpu)->Run(input);
}

at::Tensor Scores(const c10::IValue& output) {
  return output.isTuple() ? output.toTupleRef().elements().at(0).toTensor() : output.toTensor();
}

at::Tensor GradientOfClass(const CutEngine::Result& result, std::int64_t index) {
  const auto score = Scores(result.output).select(1, index).sum();
  return torch::autograd::grad({score}, {result.activations}).at(0);
}

// The two halves run the same operators on the same values as the whole graph: no tolerance.
void ExpectSameScores(const torch::jit::Module& module, const std::string& layer) {
  auto whole = module;
  const auto plain = whole.forward({Picture()}).toTensor();
  EXPECT_TRUE(at::equal(Scores(RunCut(module, layer, Picture()).output), plain)) << layer;
}

const std::vector<SmallLayer> kLayers = {{"first", "return torch.conv2d(x, self.w, None, 1, 1)"},
                                         {"relu", "return torch.relu_(x)"},
                                         {"second", "return torch.conv2d(x, self.v, None, 1, 1)"}};

TEST(CutEngine, GivesTheScoresOfThePlainForward) {
  const auto module = SmallModule(kLayers,
                                  "a = self.relu(self.first(x))\n"
                                  "return torch.matmul(self.second(a).mean([2, 3]), self.fc.t())");
  for (const char* layer : {"first", "relu", "second"}) {
    ExpectSameScores(module, layer);
  }
}

TEST(CutEngine, GradientOfALinearHeadIsItsWeightOverTheNumberOfCells) {
  const auto module =
      SmallModule(kLayers,
                  "return torch.matmul(self.second(self.relu(self.first(x))).mean([2, 3]), "
                  "self.fc.t())");
  const auto gradient = GradientOfClass(RunCut(module, "second", Picture()), 2);
  // score = sum_k fc[2, k] * mean(A_k), so d score / d A_k[i, j] = fc[2, k] / 64.
  const auto expected =
      (module.attr("fc").toTensor().select(0, 2) / 64).view({1, 4, 1, 1}).expand({2, 4, 8, 8});
  // One float32 division.
  EXPECT_TRUE(at::allclose(gradient, expected, /*rtol=*/1e-6, /*atol=*/0));
}

TEST(CutEngine, CarriesASkipConnectionAcrossTheCut) {
  const auto module = SmallModule(kLayers,
                                  "skip = self.relu(self.first(x))\n"
                                  "b = self.second(skip)\n"
                                  "return torch.matmul((b + skip).mean([2, 3]), self.fc.t())");
  ExpectSameScores(module, "second");
  // What skips the layer has no part in its gradient.
  const auto gradient = GradientOfClass(RunCut(module, "second", Picture()), 0);
  const auto expected = (module.attr("fc").toTensor().select(0, 0) / 64).view({4, 1, 1});
  EXPECT_TRUE(at::allclose(gradient, expected.expand_as(gradient), 1e-6, 0));
}

TEST(CutEngine, KeepsTheActivationsFromAnInPlaceOperationBehindTheCut) {
  const auto module = SmallModule(
      kLayers, "return torch.matmul(self.relu(self.first(x)).mean([2, 3]), self.fc.t())");
  const auto result = RunCut(module, "first", Picture());
  EXPECT_LT(result.activations.min().item<float>(), 0) << "the ReLU wrote into the activations";
  // The ReLU stops the gradient where the activation was negative.
  const auto gradient = GradientOfClass(result, 1);
  EXPECT_TRUE(at::equal(gradient.ne(0), result.activations.gt(0)));
}

TEST(CutEngine, RefusesAnInPlaceOperationOnMemoryWithTwoNames) {
  const auto module = SmallModule(kLayers,
                                  "u = torch.conv2d(x, self.w)\n"
                                  "p = u[:, :2]\n"
                                  "q = self.second(u)\n"
                                  "p.relu_()\n"
                                  "return torch.cat([u, p], 1).mean([2, 3]) + q.mean()");
  try {
    static_cast<void>(RunCut(module, "second", Picture()));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("under another name"));
  }
}

TEST(CutEngine, RefusesActivationsThatAListCarriesPastTheCut) {
  // The layer hands its output out twice: as its value, and in the list it was given.
  auto module = SmallModule({}, "return x");
  torch::jit::Module net("__torch__.Net");
  net.register_parameter("w", module.attr("w").toTensor(), /*is_buffer=*/true);
  torch::jit::Module leak("__torch__.Leak");
  leak.register_parameter("v", module.attr("v").toTensor(), /*is_buffer=*/true);
  leak.define(
      "def forward(self, kept: List[Tensor]) -> Tensor:\n"
      "    a = torch.conv2d(kept[0], self.v, None, 1, 1)\n"
      "    kept.append(a)\n"
      "    return a\n");
  net.register_module("leak", leak);
  net.define(
      "def forward(self, x):\n"
      "    kept = [torch.conv2d(x, self.w, None, 1, 1)]\n"
      "    a = self.leak.forward(kept)\n"
      "    return a.mean([2, 3]) + kept[1].mean([2, 3])\n");
  EXPECT_THROW(static_cast<void>(RunCut(net, "leak", Picture())), Error);
}

TEST(CutEngine, ReadsAnAttributeThatTheFeaturesWriteBeforeTheyWriteIt) {
  auto module = SmallModule(kLayers, "return x");
  torch::jit::Module stateful("__torch__.Stateful");
  stateful.register_attribute("seen", c10::TensorType::get(), at::zeros({1}));
  stateful.register_module("second", module.attr("second").toModule());
  stateful.register_parameter("w", module.attr("w").toTensor(), /*is_buffer=*/true);
  stateful.define(
      "def forward(self, x):\n"
      "    old = self.seen\n"
      "    self.seen = x.mean().reshape(1)\n"
      "    a = self.second.forward(torch.conv2d(x, self.w, None, 1, 1))\n"
      "    return a.mean([2, 3]) + old\n");
  const auto expected = stateful.copy().forward({Picture()}).toTensor();
  EXPECT_TRUE(at::equal(Scores(RunCut(stateful, "second", Picture()).output), expected));
}

TEST(CutEngine, CompilesALongChainOfOperators) {
  std::string source = "a = self.first(x)\n";
  for (int i = 0; i < 60000; ++i) {
    source += "a = a.relu()\n";
  }
  const auto module =
      SmallModule(kLayers, source + "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  InlinedForward forward;
  RunOnBigStack([&] { forward = InlineForward(module); });
  std::unique_ptr<CutEngine> engine;
  CpuDevice cpu;
  RunOnBigStack(
      [&] { engine = MakeCutEngine(forward, module, SelectLayer(forward, "first"), {}, cpu); });
  EXPECT_EQ(Scores(engine->Run(Picture()).output).size(1), 5);
}

TEST(CutEngine, ListsThatTheHeadAppendsToSurviveTheFirstRun) {
  const auto module =
      SmallModule(kLayers,
                  "maps = [torch.conv2d(x, self.w, None, 1, 1)]\n"
                  "b = self.second(maps[0])\n"
                  "maps.append(b)\n"
                  "return torch.matmul(torch.stack(maps).mean([0, 3, 4]), self.fc.t())");
  const auto forward = InlineForward(module);
  CpuDevice cpu;
  const auto engine = MakeCutEngine(forward, module, SelectLayer(forward, "second"), {}, cpu);
  const auto first = Scores(engine->Run(Picture()).output);
  EXPECT_TRUE(at::equal(first, Scores(engine->Run(Picture()).output)));
}

TEST(CutEngine, TapsALayerInsideABranchThatDependsOnThePicture) {
  const auto module = SmallModule(kLayers,
                                  "if x.mean() > 0:\n"
                                  "    a = self.second(torch.conv2d(x, self.w, None, 1, 1))\n"
                                  "else:\n"
                                  "    a = self.second(torch.conv2d(x, self.w, None, 1, 1)) * 2\n"
                                  "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  auto whole = module;
  for (const double shift : {3.0, -3.0}) {
    const auto input = Picture() + shift;
    const auto result = RunCut(module, "second", input);
    EXPECT_TRUE(at::equal(Scores(result.output), whole.forward({input}).toTensor()));
    const auto weight = module.attr("fc").toTensor().select(0, 4) * (shift > 0 ? 1 : 2) / 64;
    const auto gradient = GradientOfClass(result, 4);
    EXPECT_TRUE(at::allclose(gradient, weight.view({4, 1, 1}).expand_as(gradient), 1e-6, 0));
  }
}

TEST(CutEngine, TapsTheChosenPassOfALoop) {
  const auto module = SmallModule(kLayers,
                                  "a = torch.conv2d(x, self.w, None, 1, 1)\n"
                                  "n = int(x.size(0))\n"
                                  "for i in range(n):\n"
                                  "    a = self.second(a)\n"
                                  "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  const auto first = RunCut(module, "second#0", Picture());
  const auto last = RunCut(module, "second#-1", Picture());
  const auto passed_on = at::conv2d(
      first.activations, module.attr("second").toModule().attr("v").toTensor(), {}, 1, 1);
  EXPECT_TRUE(at::equal(passed_on, last.activations));
  // The gradient of the first pass goes through the second one.
  const auto weight = module.attr("fc").toTensor().select(0, 0) / 64;
  EXPECT_FALSE(at::allclose(GradientOfClass(first, 0), weight.view({4, 1, 1}).expand({2, 4, 8, 8}),
                            1e-3, 1e-3));
  EXPECT_TRUE(
      at::allclose(GradientOfClass(last, 0), weight.view({4, 1, 1}).expand({2, 4, 8, 8}), 1e-6, 0));
}

// relu_ works in the memory of a: the score reads it as b and as a.
TEST(CutEngine, RefusesATapWhoseMemoryIsReadUnderAnotherName) {
  const auto module = SmallModule(kLayers,
                                  "a = self.first(x)\n"
                                  "c = a\n"
                                  "if x.mean() > -100:\n"
                                  "    b = self.relu(a)\n"
                                  "    c = b * 2\n"
                                  "return torch.matmul((c + a).mean([2, 3]), self.fc.t())");
  try {
    static_cast<void>(RunCut(module, "relu", Picture()));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("under another name"));
  }
}

TEST(CutEngine, TapsAnInPlaceOperationWhoseInputTheOtherBranchReads) {
  for (const char* body : {"a = self.first(x)\n"
                           "if x.mean() > -100:\n"
                           "    b = self.relu(a) * 2\n"
                           "else:\n"
                           "    b = a * 3\n"
                           "return torch.matmul(b.mean([2, 3]), self.fc.t())",
                           "b = self.first(x)\n"
                           "if x.mean() > -100:\n"
                           "    b = self.relu(b)\n"
                           "return torch.matmul(b.mean([2, 3]), self.fc.t())",
                           "b = self.first(x)\n"
                           "for i in range(int(x.size(0)) - 1):\n"
                           "    b = self.relu(b)\n"
                           "return torch.matmul(b.mean([2, 3]), self.fc.t())"}) {
    ExpectSameScores(SmallModule(kLayers, body), "relu");
  }
}

TEST(CutEngine, TakesTheLastRunOfAConvolutionByPositionInALoop) {
  const auto module = SmallModule({},
                                  "a = torch.conv2d(x, self.w, None, 1, 1)\n"
                                  "for i in range(int(x.size(0))):\n"
                                  "    a = torch.conv2d(a, self.v, None, 1, 1)\n"
                                  "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  const auto result = RunCut(module, "conv#1", Picture());
  EXPECT_TRUE(
      at::equal(at::matmul(result.activations.mean({2, 3}), module.attr("fc").toTensor().t()),
                Scores(result.output)));
}

TEST(CutEngine, SaysThatABranchIsNotTaken) {
  const auto module = SmallModule(kLayers,
                                  "a = torch.conv2d(x, self.w, None, 1, 1)\n"
                                  "if x.mean() > 100:\n"
                                  "    a = self.second(a)\n"
                                  "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  try {
    static_cast<void>(RunCut(module, "second", Picture()));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("not taken"));
  }
}

TEST(InlineForward, SwitchesOperatorsBakedInTrainingModeToEvaluation) {
  const auto module =
      SmallModule(kLayers,
                  "a = torch.dropout(self.second(torch.conv2d(x, self.w)), 0.5, True)\n"
                  "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  EXPECT_EQ(InlineForward(module).train_mode_operators, 1);
  const auto once = Scores(RunCut(module, "second", Picture()).output);
  EXPECT_TRUE(at::equal(once, Scores(RunCut(module, "second", Picture()).output)));
}

TEST(InlineForward, KeepsBatchStatisticsOfWeightStandardisation) {
  const auto module =
      SmallModule(kLayers,
                  "w = torch.batch_norm(self.w, None, None, None, None, True, 0.1, 1e-5, False)\n"
                  "a = self.second(torch.conv2d(x, w))\n"
                  "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  EXPECT_EQ(InlineForward(module).train_mode_operators, 0);
  ExpectSameScores(module, "second");
}

TEST(InlineForward, CountsTheCallsOfALayerInProgramOrder) {
  const auto module = SmallModule(kLayers,
                                  "a = self.relu(torch.conv2d(x, self.w, None, 1, 1))\n"
                                  "b = self.relu(self.second(a) - 1)\n"
                                  "return torch.matmul(b.mean([2, 3]), self.fc.t())");
  const auto first = RunCut(module, "relu#0", Picture());
  const auto second = RunCut(module, "relu#1", Picture());
  const auto v = module.attr("second").toModule().attr("v").toTensor();
  EXPECT_TRUE(
      at::equal(second.activations, at::relu(at::conv2d(first.activations, v, {}, 1, 1) - 1)));
}

}  // namespace
}  // namespace gradcam
