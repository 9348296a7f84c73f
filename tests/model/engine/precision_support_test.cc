#include "model/engine/precision_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "gradcam/error.h"
#include "model/device/cpu_device.h"

namespace gradcam {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Has fast instructions for float32 alone.
class OldProcessor : public CpuDevice {
 public:
  [[nodiscard]] bool IsFast(Precision precision) const override {
    return precision == Precision::kFloat32;
  }
};

class OldCard final : public OldProcessor {
 public:
  [[nodiscard]] std::string name() const override { return "old card"; }
  [[nodiscard]] bool has_own_memory() const override { return true; }
};

EngineOptions In(Precision precision, bool force) {
  EngineOptions options;
  options.precision = precision;
  options.force_precision = force;
  return options;
}

// Message and hint; empty if nothing is thrown.
std::string Refusal(Precision precision, bool force, const ComputeDevice& device) {
  try {
    RequireFastPrecision(In(precision, force), device);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return std::string(error.what()) + " | " + error.hint();
  }
  return "";
}

TEST(RequireFastPrecision, RefusesWhatTheDeviceHasNoFastInstructionsFor) {
  for (const auto& [precision, name] : {std::pair(Precision::kBfloat16, "'bfloat16'"),
                                        std::pair(Precision::kFloat16, "'float16'")}) {
    EXPECT_THAT(Refusal(precision, /*force=*/false, OldProcessor()),
                AllOf(HasSubstr("this processor has no fast instructions for precision "),
                      HasSubstr(name), HasSubstr("--force-precision")));
    EXPECT_THAT(Refusal(precision, /*force=*/false, OldCard()), HasSubstr("device 'old card' has"));
    EXPECT_EQ(Refusal(precision, /*force=*/true, OldProcessor()), "");
    EXPECT_EQ(Refusal(precision, /*force=*/true, OldCard()), "");
  }
}

TEST(RequireFastPrecision, Float32IsNeverRefused) {
  EXPECT_EQ(Refusal(Precision::kFloat32, /*force=*/false, OldProcessor()), "");
}

TEST(RequireFastPrecision, NoProcessorHasTf32) {
  EXPECT_THAT(Refusal(Precision::kTf32, /*force=*/true, OldProcessor()), HasSubstr("CUDA devices"));
  EXPECT_EQ(Refusal(Precision::kTf32, /*force=*/true, OldCard()), "");
}

}  // namespace
}  // namespace gradcam
