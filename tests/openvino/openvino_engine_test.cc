#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "gradcam/error.h"
#include "model/engine/compiled_engine.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/precision_support.h"
#include "model/engine/small_features.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const FeaturesCompiler& Compiler() {
  return OpenVinoCompiler(std::vector<fs::path>{GRADCAM_PLUGINS});
}

HalfToCompile HalfOf(const std::shared_ptr<const torch::jit::Graph>& features,
                     const torch::jit::Module& module, Precision precision) {
  return {.compiler = &Compiler(),
          .features = features,
          .module = module,
          .precision = precision,
          .place = {}};
}

CompiledEngine EngineFor(const std::string& body, Precision precision) {
  const auto module = ModuleWithMaps(body);
  return CompiledEngine(HalfOf(FeaturesOfMaps(module), module, precision));
}

constexpr const char* kTwoConvolutions =
    "return torch.relu(torch.conv2d(torch.relu(torch.conv2d(x, self.w)), self.v))";

double Difference(Precision precision) {
  const auto module = ModuleWithMaps(kTwoConvolutions);
  const auto expected =
      LoadedFeatures(FeaturesOfMaps(module), module, {}).Run(SmallPictures(2)).activations;
  return ShareOfMaximum(EngineFor(kTwoConvolutions, precision).Run(SmallPictures(2)).activations,
                        expected);
}

std::string ErrorOf(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(OpenVinoEngine, SaysWhoComputed) {
  const auto features = EngineFor(kTwoConvolutions, Precision::kFloat32).Run(SmallPictures(1));
  EXPECT_EQ(features.engine, Engine::kOpenvino);
  EXPECT_EQ(features.activations.scalar_type(), at::kFloat);
}

// What the processor lacks is refused: OpenVINO would compute in float32 in silence.
void ExpectPrecisionOrRefusal(Precision precision, double limit) {
  if (!IsFastOnCpu(TypeOf(precision))) {
    EXPECT_THAT(ErrorOf([&] { Difference(precision); }), HasSubstr("OpenVINO computes in"));
    return;
  }
  const double difference = Difference(precision);
  EXPECT_GT(difference, 1e-5) << "it computed in float32";
  EXPECT_LE(difference, limit);
}

// 8 or 11 bits of precision, 2^-9 or 2^-12 a rounding, for input, weights and two layers.
TEST(OpenVinoEngine, ComputesInBfloat16) { ExpectPrecisionOrRefusal(Precision::kBfloat16, 0.05); }
TEST(OpenVinoEngine, ComputesInFloat16) { ExpectPrecisionOrRefusal(Precision::kFloat16, 0.01); }

TEST(OpenVinoEngine, GivesTheSameBitsForAPictureAloneEveryTime) {
  auto engine = EngineFor(kTwoConvolutions, Precision::kFloat32);
  const auto first = engine.Run(SmallPictures(1)).activations;
  static_cast<void>(engine.Run(SmallPictures(5)));
  EXPECT_TRUE(at::equal(engine.Run(SmallPictures(1)).activations, first));
  EXPECT_TRUE(at::equal(
      EngineFor(kTwoConvolutions, Precision::kFloat32).Run(SmallPictures(1)).activations, first));
}

TEST(OpenVinoEngine, ResultsOutliveTheNextRun) {
  auto engine = EngineFor(kTwoConvolutions, Precision::kFloat32);
  const auto first = engine.Run(SmallPictures(2)).activations;
  const auto copy = first.clone();
  static_cast<void>(engine.Run(SmallPictures(2) * 3));
  EXPECT_TRUE(at::equal(first, copy));
}

TEST(OpenVinoEngine, HandsOverWhatElseCrossesTheCut) {
  const auto module =
      SmallModule({{"maps", "return torch.conv2d(x, self.v, None, 1, 1)"}},
                  "a = torch.relu(torch.conv2d(x, self.w, None, 1, 1))\n"
                  "return torch.matmul((self.maps(a) + a).mean([2, 3]), self.fc.t())");
  const auto graph = FeaturesOfMaps(module);
  const auto expected = LoadedFeatures(graph, module, {}).Run(SmallPictures(2));
  CompiledEngine engine(HalfOf(graph, module, Precision::kFloat32));
  const auto found = engine.Run(SmallPictures(2));
  ASSERT_EQ(found.carried.size(), 1U);
  // Sums in another order: 1e-7 was measured.
  EXPECT_LE(ShareOfMaximum(found.activations, expected.activations), 1e-5);
  EXPECT_LE(ShareOfMaximum(found.carried[0].toTensor(), expected.carried.at(0).toTensor()), 1e-5);
}

TEST(OpenVinoEngine, HandsOverSizesThatCrossTheCut) {
  // As a traced x.view(x.size(0), -1) does, the size taken in front of the cut.
  const auto module =
      SmallModule({{"maps", "return torch.conv2d(x, self.w)"}},
                  "n = x.size(0)\nh = x.size(2) // 2\n"
                  "a = self.maps(x)\n"
                  "return torch.matmul(a.view([n, 4, -1]).mean([2]), self.fc.t()) + h");
  const auto graph = FeaturesOfMaps(module);
  CompiledEngine engine(HalfOf(graph, module, Precision::kFloat32));
  for (const std::int64_t count : {2, 3}) {
    const auto expected = LoadedFeatures(graph, module, {}).Run(SmallPictures(count)).carried;
    const auto found = engine.Run(SmallPictures(count)).carried;
    ASSERT_EQ(expected.size(), 2U);
    ASSERT_EQ(found.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(found[i].toInt(), expected[i].toInt());
  }
}

TEST(OpenVinoEngine, RefusesBranchesByName) {
  EXPECT_THAT(ErrorOf([] {
                static_cast<void>(
                    EngineFor("if bool(x.sum() > 0):\n    x = x * 2\nreturn x", Precision::kFloat32)
                        .Run(SmallPictures(1)));
              }),
              HasSubstr("its features half holds the operator"));
}

TEST(OpenVinoEngine, RefusesOperatorsThatAreNotOnTheList) {
  EXPECT_THAT(
      ErrorOf([] {
        static_cast<void>(
            EngineFor("return torch.cumsum(x, 1)", Precision::kFloat32).Run(SmallPictures(1)));
      }),
      HasSubstr("its features half holds the operator aten::cumsum"));
}

TEST(OpenVinoEngine, RefusesMoreOperatorsThanItCompilesInReasonableTime) {
  std::string body;
  for (int i = 0; i < 4001; ++i) body += "x = x + 1.0\n";
  EXPECT_THAT(
      ErrorOf([&] {
        static_cast<void>(EngineFor(body + "return x", Precision::kFloat32).Run(SmallPictures(1)));
      }),
      HasSubstr("its features half has 4001 operators; more than 4000"));
}

TEST(OpenVinoEngine, RefusesPicturesOfAnotherSize) {
  auto engine = EngineFor(kTwoConvolutions, Precision::kFloat32);
  static_cast<void>(engine.Run(SmallPictures(1)));
  EXPECT_THAT(ErrorOf([&] { static_cast<void>(engine.Run(at::ones({1, 3, 5, 7}))); }),
              HasSubstr("OpenVINO: "));
}

TEST(OpenVinoCompiler, ThatIsMissingIsAnErrorWithTheNextStep) {
  const std::vector<fs::path> nowhere = {"/nonesuch"};
  try {
    static_cast<void>(OpenVinoCompiler(nowhere));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    EXPECT_THAT(error.what(), HasSubstr("libgradcam_openvino.so, which is not installed"));
    EXPECT_THAT(error.hint(), HasSubstr("--engine"));
  }
}

}  // namespace
}  // namespace gradcam
