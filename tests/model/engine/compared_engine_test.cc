#include "model/engine/compared_engine.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gradcam/error.h"
#include "model/engine/features_difference.h"
#include "model/engine/scaled_features.h"

namespace gradcam {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Which engines there are, and how many at a time.
struct Log {
  std::vector<std::string> made;
  int alive = 0;
  int most_alive = 0;
};

// Gives `factor` times the picture.
class Logged final : public FeaturesEngine {
 public:
  Logged(Log& log, const std::string& name, double factor, std::string kept)
      : log_(&log), factor_(factor), kept_(std::move(kept)) {
    log.made.push_back(name);
    log.most_alive = std::max(log.most_alive, ++log.alive);
  }
  ~Logged() override { --log_->alive; }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;
  Logged(Logged&&) = delete;
  Logged& operator=(Logged&&) = delete;

  Features Run(const at::Tensor& input) override { return Scaled(factor_).Run(input); }
  std::string Keep() override { return kept_; }

 private:
  Log* log_;
  double factor_;
  std::string kept_;
};

class MakeComparedTest : public testing::Test {
 protected:
  // Whose engine gives `factor` times the picture.
  EngineSource SourceOf(const std::string& name, double factor, double limit) {
    return {.name = name,
            .make = [=, this] { return std::make_unique<Logged>(log_, name, factor, "made"); },
            .is_kept = {},
            .take_kept = {},
            .forget_kept = {},
            .limit = limit,
            .otherwise = nullptr,
            .float32 = nullptr};
  }

  // An earlier run has kept an engine that gives `factor` times the picture.
  void KeepIn(EngineSource& source, double factor) {
    source.take_kept = [=, this, name = source.name](const at::Tensor&) {
      return std::make_unique<Logged>(log_, "kept " + name, factor, "taken");
    };
    source.forget_kept = [this](const at::Tensor&) { ++forgotten_; };
  }

  EngineSource Half(double float32_factor, double factor) {
    EngineSource half = SourceOf("half", factor, kHalfLimit);
    half.float32 =
        std::make_shared<const EngineSource>(SourceOf("float32", float32_factor, kFloat32Limit));
    return half;
  }

  [[nodiscard]] ComparedEngine Compare(const EngineSource& source) const {
    return MakeCompared(source, input_, Scaled(1).Run(input_));
  }
  [[nodiscard]] static float ValueOf(const ComparedEngine& compared) {
    return compared.first.activations.flatten()[0].item<float>();
  }

  const at::Tensor input_ = at::ones({2, 3, 2, 2});
  Log log_;
  int forgotten_ = 0;
};

TEST_F(MakeComparedTest, GivesTheEngineAndItsFirstResults) {
  const auto compared = Compare(SourceOf("other", 1.0005, kFloat32Limit));
  EXPECT_FLOAT_EQ(ValueOf(compared), 1.0005F);
  EXPECT_NE(compared.engine, nullptr);
  EXPECT_THAT(compared.notes, ElementsAre("engine 'other': made"));
}

TEST_F(MakeComparedTest, RefusesWhatDiffers) {
  EXPECT_THROW(static_cast<void>(Compare(SourceOf("other", 1.01, kFloat32Limit))), Error);
  EXPECT_THROW(static_cast<void>(Compare(SourceOf("other", INFINITY, kFloat32Limit))), Error);
}

TEST_F(MakeComparedTest, ComparesHalfPrecisionInFloat32FirstAndFreesThatEngine) {
  EXPECT_THROW(static_cast<void>(Compare(Half(/*float32_factor=*/1.3, /*factor=*/1.3))), Error);
  EXPECT_THAT(log_.made, ElementsAre("float32"));
  log_ = {};
  const auto compared = Compare(Half(/*float32_factor=*/1, /*factor=*/1.3));
  EXPECT_FLOAT_EQ(ValueOf(compared), 1.3F);
  EXPECT_THAT(log_.made, ElementsAre("float32", "half"));
  EXPECT_THAT(compared.notes, ElementsAre("engine 'float32': made", "engine 'half': made"));
  EXPECT_EQ(log_.most_alive, 1);
}

TEST_F(MakeComparedTest, LetsAnOverflowOfHalfPrecisionPassButNotAnotherShape) {
  EXPECT_EQ(ValueOf(Compare(Half(1, INFINITY))), INFINITY);
  class OtherShape final : public FeaturesEngine {
    Features Run(const at::Tensor& input) override {
      return Scaled(INFINITY).Run(input.slice(0, 1));
    }
  };
  EngineSource half = Half(1, 1);
  half.make = [] { return std::make_unique<OtherShape>(); };
  EXPECT_THROW(static_cast<void>(Compare(half)), Error);
}

TEST_F(MakeComparedTest, TakesWhatWasKeptAndComparesItInItsOwnPrecisionOnly) {
  EngineSource half = Half(1, 1);
  KeepIn(half, 1.3);
  const auto compared = Compare(half);
  EXPECT_FLOAT_EQ(ValueOf(compared), 1.3F);
  EXPECT_THAT(log_.made, ElementsAre("kept half"));
  EXPECT_THAT(compared.notes, ElementsAre("engine 'half': taken"));
  EXPECT_EQ(forgotten_, 0);
}

TEST_F(MakeComparedTest, MakesAnewWhatWasKeptAndDiffers) {
  EngineSource source = SourceOf("other", 1.0005, kFloat32Limit);
  KeepIn(source, 1.5);
  const auto compared = Compare(source);
  EXPECT_FLOAT_EQ(ValueOf(compared), 1.0005F);
  EXPECT_THAT(log_.made, ElementsAre("kept other", "other"));
  EXPECT_THAT(compared.notes, ElementsAre("engine 'other': made"));
  EXPECT_EQ(forgotten_, 1);
  EXPECT_EQ(log_.most_alive, 1);
}

// That it overflows was not seen in float32 just before.
TEST_F(MakeComparedTest, MakesAnewWhatWasKeptInHalfPrecisionAndIsNotFinite) {
  EngineSource half = Half(1, 1.3);
  KeepIn(half, NAN);
  EXPECT_FLOAT_EQ(ValueOf(Compare(half)), 1.3F);
  EXPECT_THAT(log_.made, ElementsAre("kept half", "float32", "half"));
  EXPECT_EQ(forgotten_, 1);
}

TEST_F(MakeComparedTest, MakesItOtherwiseWhereTheFirstWayDiffers) {
  EngineSource source = SourceOf("quick", 1.5, kFloat32Limit);
  source.otherwise =
      std::make_shared<const EngineSource>(SourceOf("thorough", 1.0005, kFloat32Limit));
  EXPECT_FLOAT_EQ(ValueOf(Compare(source)), 1.0005F);
  EXPECT_THAT(log_.made, ElementsAre("quick", "thorough"));
  EXPECT_EQ(log_.most_alive, 1);
  source.otherwise = std::make_shared<const EngineSource>(SourceOf("wrong", 2, kFloat32Limit));
  EXPECT_THROW(static_cast<void>(Compare(source)), Error);
}

TEST_F(MakeComparedTest, TakesWhatWasKeptInFloat32ForTheComparison) {
  EngineSource half = Half(1, 1.3);
  EngineSource float32 = *half.float32;
  KeepIn(float32, 1);
  half.float32 = std::make_shared<const EngineSource>(std::move(float32));
  EXPECT_FLOAT_EQ(ValueOf(Compare(half)), 1.3F);
  EXPECT_THAT(log_.made, ElementsAre("kept float32", "half"));
}

class Throwing final : public FeaturesEngine {
 public:
  explicit Throwing(std::function<void()> fail) : fail_(std::move(fail)) {}
  Features Run(const at::Tensor& input) override {
    fail_();
    return Scaled(1).Run(input);
  }

 private:
  std::function<void()> fail_;
};

TEST_F(MakeComparedTest, MakesAnewWhatWasKeptAndThrows) {
  EngineSource source = SourceOf("other", 1, kFloat32Limit);
  KeepIn(source, 1);
  source.take_kept = [](const at::Tensor&) {
    return std::make_unique<Throwing>([] { throw std::runtime_error("damaged"); });
  };
  EXPECT_FLOAT_EQ(ValueOf(Compare(source)), 1);
  EXPECT_EQ(forgotten_, 1);
}

// Nothing is wrong with it.
TEST_F(MakeComparedTest, LeavesWhatWasKeptAndOnlyLacksMemory) {
  EngineSource source = SourceOf("other", 1, kFloat32Limit);
  KeepIn(source, 1);
  source.take_kept = [](const at::Tensor&) {
    return std::make_unique<Throwing>([] { throw std::bad_alloc(); });
  };
  EXPECT_THROW(static_cast<void>(Compare(source)), std::bad_alloc);
  EXPECT_EQ(forgotten_, 0);
  EXPECT_THAT(log_.made, IsEmpty());
}

}  // namespace
}  // namespace gradcam
