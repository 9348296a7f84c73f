// Networks that are compiled once and kept for later runs.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "model/engine/chosen_features.h"
#include "model/engine/compiled_engine.h"
#include "model/engine/libtorch_features.h"
#include "model/engine/small_features.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const FeaturesCompiler& Compiler() {
  return OpenVinoCompiler(std::vector<std::filesystem::path>{GRADCAM_PLUGINS});
}

class Memory final : public CompiledNetworks {
 public:
  bool Has(const std::string& key) override { return kept.contains(key); }
  std::optional<KeptBytes> Find(const std::string& key) override {
    if (!Has(key)) return std::nullopt;
    // As aligned as a mapped file, and gone with its last user.
    const auto owner = std::make_shared<const at::Tensor>(
        at::empty({static_cast<std::int64_t>(kept[key].size())}, at::kByte));
    std::ranges::copy(kept[key], static_cast<char*>(owner->data_ptr()));
    return KeptBytes{owner, {static_cast<const std::byte*>(owner->data_ptr()), kept[key].size()}};
  }
  void Keep(const std::string& key, const std::function<void(std::ostream&)>& write) override {
    if (!writable) throw Error(ErrorKind::kOutput, "no room");
    std::ostringstream bytes;
    write(bytes);
    kept[key] = std::move(bytes).str();
  }
  void Forget(const std::string& key) override { kept.erase(key); }

  std::map<std::string, std::string> kept;
  bool writable = true;
};

constexpr const char* kTwoConvolutions =
    "return torch.relu(torch.conv2d(torch.relu(torch.conv2d(x, self.w)), self.v))";

CompiledEngine EngineFor(const std::string& body, const std::shared_ptr<Memory>& memory,
                         Precision precision = Precision::kFloat32,
                         const std::string& cut = "maps") {
  const auto module = ModuleWithMaps(body);
  return {Compiler(), FeaturesOfMaps(module), module, precision, {memory, cut}};
}

// As a run begins.
Features FirstRun(CompiledEngine& engine, const at::Tensor& input) {
  static_cast<void>(engine.TakeKept(input));
  return engine.Run(input);
}

constexpr const char* kTaken = "taken as an earlier run has compiled it";
constexpr const char* kCompiled = "compiled, and kept for later runs";

TEST(KeptNetworks, GiveTheSameBitsAsCompiledOnes) {
  const auto memory = std::make_shared<Memory>();
  auto first = EngineFor(kTwoConvolutions, memory);
  const auto expected = first.Run(SmallPictures(3)).activations;
  EXPECT_EQ(first.Keep(), kCompiled);
  ASSERT_THAT(memory->kept, SizeIs(1));
  auto second = EngineFor(kTwoConvolutions, memory);
  memory->writable = false;
  EXPECT_TRUE(at::equal(FirstRun(second, SmallPictures(3)).activations, expected));
  EXPECT_EQ(second.Keep(), kTaken);
  // Any number of pictures, like a compiled one.
  EXPECT_TRUE(
      at::equal(second.Run(SmallPictures(1)).activations, first.Run(SmallPictures(1)).activations));
}

TEST(KeptNetworks, HandOverSizesAndMapsThatCrossTheCut) {
  const auto module =
      SmallModule({{"maps", "return torch.conv2d(x, self.v, None, 1, 1)"}},
                  "n = x.size(0)\na = torch.relu(torch.conv2d(x, self.w, None, 1, 1))\n"
                  "b = self.maps(a) + a\n"
                  "return torch.matmul(b.view([n, 4, -1]).mean([2]), self.fc.t())");
  const auto graph = FeaturesOfMaps(module);
  const auto memory = std::make_shared<Memory>();
  const auto run = [&] {
    CompiledEngine engine(Compiler(), graph, module, Precision::kFloat32, {memory, "maps"});
    auto features = FirstRun(engine, SmallPictures(2));
    return std::pair(features, engine.Keep());
  };
  const auto [compiled, first] = run();
  const auto [taken, second] = run();
  EXPECT_EQ(first, kCompiled);
  EXPECT_EQ(second, kTaken);
  ASSERT_EQ(taken.carried.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_EQ(taken.carried[i].isInt(), compiled.carried[i].isInt());
    if (taken.carried[i].isInt()) {
      EXPECT_EQ(taken.carried[i].toInt(), 2);
    } else {
      EXPECT_TRUE(at::equal(taken.carried[i].toTensor(), compiled.carried[i].toTensor()));
    }
  }
}

TEST(KeptNetworks, AreTakenForTheSameCutSizePrecisionAndThreadsOnly) {
  const auto memory = std::make_shared<Memory>();
  const auto keep = [&](const std::string& cut, const at::Tensor& input) {
    auto engine = EngineFor(kTwoConvolutions, memory, Precision::kFloat32, cut);
    static_cast<void>(FirstRun(engine, input));
    return engine.Keep();
  };
  const auto is_kept = [&](const at::Tensor& input, Precision precision, const std::string& cut) {
    return IsKept(Compiler(), input, precision, {memory, cut});
  };
  EXPECT_EQ(keep("maps", SmallPictures(1)), kCompiled);
  EXPECT_TRUE(is_kept(SmallPictures(4), Precision::kFloat32, "maps"));
  EXPECT_FALSE(is_kept(SmallPictures(1), Precision::kFloat32, "other"));
  EXPECT_FALSE(is_kept(SmallPictures(1), Precision::kBfloat16, "maps"));
  EXPECT_FALSE(is_kept(at::ones({1, 3, 7, 9}), Precision::kFloat32, "maps"));
  EXPECT_FALSE(IsKept(Compiler(), SmallPictures(1), Precision::kFloat32, {nullptr, "maps"}));
  EXPECT_EQ(keep("other", SmallPictures(1)), kCompiled);
  EXPECT_EQ(keep("maps", at::ones({1, 3, 7, 9})), kCompiled);
  const int threads = at::get_num_threads();
  at::set_num_threads(threads + 1);
  EXPECT_FALSE(is_kept(SmallPictures(1), Precision::kFloat32, "maps"));
  at::set_num_threads(threads);
  EXPECT_EQ(keep("maps", SmallPictures(2)), kTaken);
  EXPECT_THAT(memory->kept, SizeIs(3));
}

TEST(KeptNetworks, ThatCannotBeReadAreCompiledAnew) {
  const auto memory = std::make_shared<Memory>();
  auto first = EngineFor(kTwoConvolutions, memory);
  const auto expected = first.Run(SmallPictures(1)).activations;
  static_cast<void>(first.Keep());
  for (const std::string& content : {std::string("not a network"), std::string(4096, '\0')}) {
    memory->kept.begin()->second = content;
    auto engine = EngineFor(kTwoConvolutions, memory);
    EXPECT_TRUE(at::equal(FirstRun(engine, SmallPictures(1)).activations, expected));
    EXPECT_EQ(engine.Keep(), kCompiled);
    auto next = EngineFor(kTwoConvolutions, memory);
    EXPECT_TRUE(at::equal(FirstRun(next, SmallPictures(1)).activations, expected));
    EXPECT_EQ(next.Keep(), kTaken);
  }
}

TEST(KeptNetworks, OfOtherWeightsOrOutputsAreNoticedAndCompiledAnew) {
  for (const std::string other :
       {"return torch.relu(torch.conv2d(torch.relu(torch.conv2d(x, self.w)), self.v * 1.01))",
        "return torch.relu(torch.conv2d(x, self.w))"}) {
    const auto memory = std::make_shared<Memory>();
    auto wrong = EngineFor(other, memory);
    static_cast<void>(wrong.Run(SmallPictures(2)));
    static_cast<void>(wrong.Keep());
    const std::string wrong_bytes = memory->kept.begin()->second;

    const auto module = ModuleWithMaps(kTwoConvolutions);
    const auto graph = FeaturesOfMaps(module);
    const auto expected = LoadedFeatures(graph, module, {}).Run(SmallPictures(2)).activations;
    std::vector<EngineCandidate> candidates;
    candidates.push_back({.name = "openvino",
                          .engine = Engine::kOpenvino,
                          .make =
                              [&] {
                                return std::make_unique<CompiledEngine>(
                                    Compiler(), graph, module, Precision::kFloat32,
                                    KeepingPlace{memory, "maps"});
                              },
                          .preparation = 0,
                          .preparation_if_kept = 0,
                          .is_kept = {},
                          .limit = kFloat32Limit,
                          .make_float32 = {}});
    ChosenFeatures features(std::make_unique<LoadedFeatures>(graph, module, RunEffects{}),
                            std::move(candidates), EngineTrial({{.engine = 1, .batch = 2}}), 2, "");
    // Sums in another order: 1e-6 was measured.
    EXPECT_LE(ShareOfMaximum(features.Run(SmallPictures(2)).activations, expected), 1e-5);
    EXPECT_THAT(features.TakeNotes(), ElementsAre(HasSubstr(kCompiled), HasSubstr("is used")));
    EXPECT_NE(memory->kept.begin()->second, wrong_bytes);
  }
}

TEST(KeptNetworks, ThatCannotBeKeptAreUsedAllTheSame) {
  const auto memory = std::make_shared<Memory>();
  memory->writable = false;
  auto engine = EngineFor(kTwoConvolutions, memory);
  static_cast<void>(engine.Run(SmallPictures(1)));
  EXPECT_EQ(engine.Keep(), "compiled, but not kept for later runs: no room");
}

}  // namespace
}  // namespace gradcam
