#include "model/graph/run_effects.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/device/cpu_device.h"
#include "model/engine/cut_engine.h"
#include "model/graph/fixed_seed.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

const std::vector<SmallLayer> kLayers = {{"maps", "return torch.conv2d(x, self.w, None, 1, 1)"}};

RunEffects EffectsOfForward(const std::string& body) {
  return InlineForward(SmallModule(kLayers, body)).effects;
}

// A module that counts its runs in the buffer "runs", by `count`, and returns scores that depend on
// the count.
torch::jit::Module Counting(const std::string& count) {
  const auto maps = SmallModule(kLayers, "return x").attr("maps").toModule();
  torch::jit::Module module("__torch__.Counting");
  module.register_module("maps", maps);
  module.register_attribute("runs", c10::TensorType::get(), at::zeros({1}));
  module.define("def forward(self, x):\n    " + count +
                "\n    return self.maps.forward(x).mean([2, 3]) * self.runs\n");
  module.eval();
  return module;
}

TEST(RunEffects, AreNoneForAnOrdinaryNetwork) {
  const auto effects = EffectsOfForward("return torch.relu_(self.maps(x)).mean([2, 3])");
  EXPECT_FALSE(effects.writes_module);
  EXPECT_FALSE(effects.draws_random_numbers);
}

TEST(RunEffects, FindWritesToAttributesByNameInPlaceAndThroughAView) {
  for (const char* count :
       {"self.runs = self.runs + 1", "self.runs.add_(1)", "self.runs[0] += 1"}) {
    EXPECT_TRUE(InlineForward(Counting(count)).effects.writes_module) << count;
  }
}

TEST(RunEffects, FindRandomNumbersButNoDropoutThatIsSwitchedOff) {
  const auto draws = [](const std::string& noise) {
    return EffectsOfForward("a = self.maps(x)\nreturn (" + noise + ").mean([2, 3])")
        .draws_random_numbers;
  };
  EXPECT_TRUE(draws("a + torch.rand_like(a)"));
  EXPECT_TRUE(draws("torch.bernoulli(torch.sigmoid(a))"));
  EXPECT_FALSE(draws("torch.dropout(a, 0.5, False)"));
}

TEST(RunEffects, OfOneRunDoNotReachTheNext) {
  for (const char* count : {"self.runs = self.runs + 1", "self.runs.add_(1)"}) {
    const auto module = Counting(count);
    const auto forward = InlineForward(module);
    CpuDevice cpu;
    const auto engine = MakeCutEngine(forward, module, SelectLayer(forward, "maps"), {}, cpu);
    const auto picture = at::ones({1, 3, 8, 8});
    const auto scores = [&] {
      return engine->Run(picture).output.toTupleRef().elements().at(0).toTensor();
    };
    const auto first = scores();
    EXPECT_TRUE(at::equal(first, scores())) << count;
    EXPECT_TRUE(at::equal(first, engine->Run(picture).activations.mean({2, 3}))) << count;
    EXPECT_EQ(module.attr("runs").toTensor().item<float>(), 0) << count;
  }
}

TEST(FixedSeed, RepeatsRandomNumbersAndGivesTheGeneratorBack) {
  const auto draw = [] {
    const FixedSeed seed(at::kCPU);
    return at::rand({4});
  };
  const auto& generator = at::detail::getDefaultCPUGenerator();
  const auto before = generator.get_state();
  EXPECT_TRUE(at::equal(draw(), draw()));
  EXPECT_TRUE(at::equal(before, generator.get_state()));
}

}  // namespace
}  // namespace gradcam
