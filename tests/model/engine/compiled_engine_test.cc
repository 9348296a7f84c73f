#include "model/engine/compiled_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/engine/openmp_threads.h"
#include "model/engine/small_features.h"

namespace gradcam {
namespace {

// Gives its input back. `threads`: how many the process may have meanwhile, and then has.
class CountingThreads final : public CompiledFeatures {
 public:
  explicit CountingThreads(std::ptrdiff_t& threads) : threads_(&threads) {}
  std::vector<NumberArray> Run(const NumberArray& pictures) override {
    *threads_ = ThreadsLeft(*threads_);
    return {pictures};
  }
  void Export(std::ostream& /*bytes*/) const override {}

 private:
  std::ptrdiff_t* threads_;
};

class FakeCompiler final : public FeaturesCompiler {
 public:
  explicit FakeCompiler(std::ptrdiff_t& threads) : threads_(&threads) {}
  std::unique_ptr<CompiledFeatures> Compile(const FlatGraph& /*graph*/,
                                            const CompileOptions& /*options*/) const override {
    return std::make_unique<CountingThreads>(*threads_);
  }
  std::unique_ptr<CompiledFeatures> Import(const KeptBytes& /*exported*/,
                                           const CompileOptions& /*options*/) const override {
    return nullptr;
  }
  std::string Identity() const override { return "fake"; }

 private:
  std::ptrdiff_t* threads_;
};

TEST(CompiledEngine, EndsTheThreadsThatWaitBeforeEachPass) {
  if (!CanEndOpenMpThreads()) GTEST_SKIP() << "this OpenMP has no omp_pause_resource_all";
  const OpenMpThreads three(3);
  const auto module = ModuleWithMaps("return torch.relu(x)");
  std::ptrdiff_t threads = 0;
  const FakeCompiler compiler(threads);
  CompiledEngine engine({.compiler = &compiler,
                         .features = FeaturesOfMaps(module),
                         .module = module,
                         .precision = Precision::kFloat32,
                         .place = {}});
  for (int pass = 0; pass < 2; ++pass) {
    three.Start();
    const auto before = ThreadsOfThisProcess();
    threads = before - 2;
    EXPECT_TRUE(at::equal(engine.Run(SmallPictures(2)).activations, SmallPictures(2)));
    EXPECT_EQ(threads, before - 2);
  }
}

// Notes what it is given, and gives the input back.
class NotingCompiler final : public FeaturesCompiler {
 public:
  explicit NotingCompiler(std::string identity, std::vector<const void*>* constants = nullptr)
      : identity_(std::move(identity)), constants_(constants) {}
  std::unique_ptr<CompiledFeatures> Compile(const FlatGraph& graph,
                                            const CompileOptions& /*options*/) const override {
    for (const FlatNode& node : graph.nodes) {
      if (!node.constant) continue;
      const auto* tensor = std::get_if<FlatTensor>(&*node.constant);
      if (tensor != nullptr) constants_->push_back(tensor->data.get());
    }
    return std::make_unique<GivesBack>();
  }
  std::unique_ptr<CompiledFeatures> Import(const KeptBytes& /*exported*/,
                                           const CompileOptions& /*options*/) const override {
    return nullptr;
  }
  std::string Identity() const override { return identity_; }

 private:
  class GivesBack final : public CompiledFeatures {
   public:
    std::vector<NumberArray> Run(const NumberArray& pictures) override { return {pictures}; }
    void Export(std::ostream& /*bytes*/) const override {}
  };

  std::string identity_;
  std::vector<const void*>* constants_;
};

// Mapped weights are in memory once.
TEST(CompiledEngine, HandsWeightsOverWhereTheyLie) {
  const auto module = ModuleWithMaps("return torch.conv2d(x, self.w)");
  std::vector<const void*> constants;
  const NotingCompiler compiler("fake", &constants);
  CompiledEngine engine({.compiler = &compiler,
                         .features = FeaturesOfMaps(module),
                         .module = module,
                         .precision = Precision::kFloat32,
                         .place = {}});
  static_cast<void>(engine.Run(SmallPictures(1)));
  const at::Tensor weights = module.attr("maps").toModule().attr("w").toTensor();
  EXPECT_THAT(constants, ::testing::ElementsAre(weights.const_data_ptr()));
}

// Has nothing, and notes what it is asked for.
class AskedFor final : public CompiledNetworks {
 public:
  bool Has(const std::string& key) override {
    keys.push_back(key);
    return false;
  }
  std::optional<KeptBytes> Find(const std::string& /*key*/) override { return std::nullopt; }
  void Keep(const std::string& /*key*/,
            const std::function<void(std::ostream&)>& /*write*/) override {}
  void Forget(const std::string& /*key*/) override {}

  std::vector<std::string> keys;
};

TEST(CompiledEngine, IsKeptForOneCompilerAndProcessor) {
  const auto module = ModuleWithMaps("return torch.relu(x)");
  const auto networks = std::make_shared<AskedFor>();
  for (const char* identity : {"OpenVINO 1", "OpenVINO 2"}) {
    const NotingCompiler compiler(identity);
    EXPECT_FALSE(IsKept({.compiler = &compiler,
                         .features = FeaturesOfMaps(module),
                         .module = module,
                         .precision = Precision::kFloat32,
                         .place = {networks, "maps"}},
                        SmallPictures(1)));
  }
  ASSERT_EQ(networks->keys.size(), 2U);
  EXPECT_NE(networks->keys[0], networks->keys[1]);
  EXPECT_THAT(networks->keys[0], ::testing::HasSubstr("OpenVINO 1"));
  EXPECT_THAT(networks->keys[0], ::testing::HasSubstr(at::get_cpu_capability()));
}

}  // namespace
}  // namespace gradcam
