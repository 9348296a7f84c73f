#include "model/engine/parted_features.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace gradcam {
namespace {

using ::testing::ElementsAre;

// Doubles its input, and writes down how many pictures it was given.
class Doubling final : public FeaturesEngine {
 public:
  explicit Doubling(std::vector<std::int64_t>& batches) : batches_(&batches) {}

  Features Run(const at::Tensor& input) override {
    batches_->push_back(input.size(0));
    return {.self = {}, .activations = input * 2, .carried = {}, .engine = Engine::kOpenvino};
  }
  std::string Keep() override { return "kept"; }

 private:
  std::vector<std::int64_t>* batches_;
};

TEST(PartedFeatures, GiveTheEngineAFewPicturesAtATimeAndPutItsMapsTogether) {
  std::vector<std::int64_t> batches;
  PartedFeatures parted(std::make_unique<Doubling>(batches), 2);
  const at::Tensor input = at::arange(5 * 3 * 2 * 2, at::kFloat).reshape({5, 3, 2, 2});

  const Features features = parted.Run(input);

  EXPECT_THAT(batches, ElementsAre(2, 2, 1));
  EXPECT_TRUE(at::equal(features.activations, input * 2));
  EXPECT_EQ(features.engine, Engine::kOpenvino);
}

TEST(PartedFeatures, GiveASmallBatchAsItIs) {
  std::vector<std::int64_t> batches;
  PartedFeatures parted(std::make_unique<Doubling>(batches), 4);
  const at::Tensor input = at::ones({4, 3, 2, 2});
  EXPECT_TRUE(at::equal(parted.Run(input).activations, input * 2));
  EXPECT_THAT(batches, ElementsAre(4));
}

TEST(PartedFeatures, KeepWhatTheEngineKeeps) {
  std::vector<std::int64_t> batches;
  PartedFeatures parted(std::make_unique<Doubling>(batches), 2);
  EXPECT_EQ(parted.Keep(), "kept");
}

}  // namespace
}  // namespace gradcam
