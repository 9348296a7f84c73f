#include "model/engine/compiled_engine.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
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

}  // namespace
}  // namespace gradcam
