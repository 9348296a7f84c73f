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
#include "model/engine/compared_engine.h"
#include "model/engine/compiled_engine.h"
#include "model/engine/features_difference.h"
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

HalfToCompile HalfOf(const std::string& body, const std::shared_ptr<Memory>& memory,
                     const std::string& cut = "maps") {
  const auto module = ModuleWithMaps(body);
  return {.compiler = &Compiler(),
          .features = FeaturesOfMaps(module),
          .module = module,
          .precision = Precision::kFloat32,
          .place = {memory, cut}};
}

// As a run begins.
std::unique_ptr<CompiledEngine> TakeOrMake(const HalfToCompile& half, const at::Tensor& input) {
  auto kept = CompiledEngine::TakeKept(half, input);
  return kept ? std::move(kept) : std::make_unique<CompiledEngine>(half);
}

constexpr const char* kTaken = "taken as an earlier run has compiled it";
constexpr const char* kCompiled = "compiled, and kept for later runs";

TEST(KeptNetworks, GiveTheSameBitsAsCompiledOnes) {
  const auto memory = std::make_shared<Memory>();
  const HalfToCompile half = HalfOf(kTwoConvolutions, memory);
  CompiledEngine first(half);
  const auto expected = first.Run(SmallPictures(3)).activations;
  EXPECT_EQ(first.Keep(), kCompiled);
  ASSERT_THAT(memory->kept, SizeIs(1));
  const auto second = CompiledEngine::TakeKept(half, SmallPictures(3));
  ASSERT_NE(second, nullptr);
  memory->writable = false;
  EXPECT_TRUE(at::equal(second->Run(SmallPictures(3)).activations, expected));
  EXPECT_EQ(second->Keep(), kTaken);
  // Any number of pictures, like a compiled one.
  EXPECT_TRUE(at::equal(second->Run(SmallPictures(1)).activations,
                        first.Run(SmallPictures(1)).activations));
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
    const auto engine = TakeOrMake({.compiler = &Compiler(),
                                    .features = graph,
                                    .module = module,
                                    .precision = Precision::kFloat32,
                                    .place = {memory, "maps"}},
                                   SmallPictures(2));
    auto features = engine->Run(SmallPictures(2));
    return std::pair(features, engine->Keep());
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
    const auto engine = TakeOrMake(HalfOf(kTwoConvolutions, memory, cut), input);
    static_cast<void>(engine->Run(input));
    return engine->Keep();
  };
  const auto is_kept = [&](const at::Tensor& input, Precision precision, const std::string& cut) {
    HalfToCompile half = HalfOf(kTwoConvolutions, memory, cut);
    half.precision = precision;
    return IsKept(half, input);
  };
  EXPECT_EQ(keep("maps", SmallPictures(1)), kCompiled);
  EXPECT_TRUE(is_kept(SmallPictures(4), Precision::kFloat32, "maps"));
  EXPECT_FALSE(is_kept(SmallPictures(1), Precision::kFloat32, "other"));
  EXPECT_FALSE(is_kept(SmallPictures(1), Precision::kBfloat16, "maps"));
  EXPECT_FALSE(is_kept(at::ones({1, 3, 7, 9}), Precision::kFloat32, "maps"));
  EXPECT_FALSE(IsKept(HalfOf(kTwoConvolutions, nullptr), SmallPictures(1)));
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
  const HalfToCompile half = HalfOf(kTwoConvolutions, memory);
  CompiledEngine first(half);
  const auto expected = first.Run(SmallPictures(1)).activations;
  static_cast<void>(first.Keep());
  for (const std::string& content : {std::string("not a network"), std::string(4096, '\0')}) {
    memory->kept.begin()->second = content;
    EXPECT_EQ(CompiledEngine::TakeKept(half, SmallPictures(1)), nullptr);
    CompiledEngine anew(half);
    EXPECT_TRUE(at::equal(anew.Run(SmallPictures(1)).activations, expected));
    EXPECT_EQ(anew.Keep(), kCompiled);
    const auto next = CompiledEngine::TakeKept(half, SmallPictures(1));
    ASSERT_NE(next, nullptr);
    EXPECT_TRUE(at::equal(next->Run(SmallPictures(1)).activations, expected));
    EXPECT_EQ(next->Keep(), kTaken);
  }
}

TEST(KeptNetworks, ThatAreForgottenAreNotTaken) {
  const auto memory = std::make_shared<Memory>();
  const HalfToCompile half = HalfOf(kTwoConvolutions, memory);
  CompiledEngine engine(half);
  static_cast<void>(engine.Run(SmallPictures(1)));
  static_cast<void>(engine.Keep());
  ForgetKept(half, at::ones({1, 3, 7, 9}));
  EXPECT_TRUE(IsKept(half, SmallPictures(1)));
  ForgetKept(half, SmallPictures(1));
  EXPECT_FALSE(IsKept(half, SmallPictures(1)));
  EXPECT_EQ(CompiledEngine::TakeKept(half, SmallPictures(1)), nullptr);
}

TEST(KeptNetworks, OfOtherWeightsOrOutputsAreNoticedAndCompiledAnew) {
  for (const std::string other :
       {"return torch.relu(torch.conv2d(torch.relu(torch.conv2d(x, self.w)), self.v * 1.01))",
        "return torch.relu(torch.conv2d(x, self.w))"}) {
    const auto memory = std::make_shared<Memory>();
    CompiledEngine wrong(HalfOf(other, memory));
    static_cast<void>(wrong.Run(SmallPictures(2)));
    static_cast<void>(wrong.Keep());
    const std::string wrong_bytes = memory->kept.begin()->second;

    const HalfToCompile half = HalfOf(kTwoConvolutions, memory);
    const Features expected = CompiledEngine(half).Run(SmallPictures(2));
    const EngineSource source{
        .name = "openvino",
        .make = [&] { return std::make_unique<CompiledEngine>(half); },
        .is_kept = {},
        .take_kept = [&](const at::Tensor& i) { return CompiledEngine::TakeKept(half, i); },
        .forget_kept = [&](const at::Tensor& i) { ForgetKept(half, i); },
        .limit = kFloat32Limit,
        .otherwise = nullptr,
        .float32 = nullptr};
    const auto compared = MakeCompared(source, SmallPictures(2), expected);
    EXPECT_TRUE(at::equal(compared.first.activations, expected.activations));
    EXPECT_THAT(compared.notes, ElementsAre(HasSubstr(kCompiled)));
    EXPECT_NE(memory->kept.begin()->second, wrong_bytes);
  }
}

TEST(KeptNetworks, ThatCannotBeKeptAreUsedAllTheSame) {
  const auto memory = std::make_shared<Memory>();
  memory->writable = false;
  CompiledEngine engine(HalfOf(kTwoConvolutions, memory));
  static_cast<void>(engine.Run(SmallPictures(1)));
  EXPECT_EQ(engine.Keep(), "compiled, but not kept for later runs: no room");
}

}  // namespace
}  // namespace gradcam
