#include "model/device/module_move.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/device/fake_device.h"
#include "model/small_modules.h"

namespace gradcam {
namespace {

constexpr const char* kForward =
    "a = torch.conv2d(x, self.w, None, 1, 1)\n"
    "return torch.matmul(a.mean([2, 3]), self.fc.t())";

TEST(MoveModule, BringsEveryWeightThroughTheBuffers) {
  const auto original = SmallModule({}, kForward);
  auto moved = original.deepcopy();
  const void* before = moved.attr("w").toTensor().const_data_ptr();
  FakeDevice device;
  MoveModule(moved, device, {});
  EXPECT_NE(moved.attr("w").toTensor().const_data_ptr(), before);
  for (const char* name : {"w", "v", "fc"}) {
    EXPECT_TRUE(at::equal(moved.attr(name).toTensor(), original.attr(name).toTensor())) << name;
  }
  const at::Tensor x = at::randn({2, 3, 8, 8});
  auto plain = original;
  EXPECT_TRUE(at::equal(moved.forward({x}).toTensor(), plain.forward({x}).toTensor()));
}

TEST(MoveModule, CutsLargeWeightsIntoParts) {
  auto module = SmallModule({}, kForward);
  // 40 MB: three parts of at most 16 MB.
  const at::Tensor large = at::arange(10'000'000, at::kFloat);
  module.register_buffer("large", large.clone());
  FakeDevice device;
  MoveModule(module, device, {});
  EXPECT_TRUE(at::equal(module.attr("large").toTensor(), large));
  EXPECT_EQ(device.copies(), 3 + 3);  // w, v and fc fit into one each
}

// Bytes of the weights of a SmallModule.
constexpr std::int64_t kW = sizeof(float) * 4 * 3 * 3 * 3;
constexpr std::int64_t kV = sizeof(float) * 4 * 4 * 3 * 3;
constexpr std::int64_t kFc = sizeof(float) * 5 * 4;

TEST(MoveModule, BringsWeightsInTheOrderOfUse) {
  auto module = SmallModule({},
                            "a = torch.conv2d(x, self.w)\n"
                            "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  FakeDevice device;
  MoveModule(module, device, {});
  EXPECT_THAT(device.copied(), ::testing::ElementsAre(kW, kFc, kV));  // v is not used
}

TEST(MoveModule, BringsWeightsOfALayerWhereItIsCalled) {
  auto module = SmallModule({{"late", "return torch.conv2d(x, self.v, None, 1, 1)"},
                             {"early", "return torch.conv2d(x, self.w, None, 1, 1)"}},
                            "a = self.early(x)\nif a.dim() == 4:\n  a = self.late(self.late(a))\n"
                            "return torch.matmul(a.mean([2, 3]), self.fc.t())");
  FakeDevice device;
  MoveModule(module, device, {});
  ASSERT_EQ(device.copied().size(), 9U);
  EXPECT_THAT(std::vector(device.copied().begin(), device.copied().begin() + 3),
              ::testing::ElementsAre(kW, kV, kFc));
}

TEST(MoveModule, KeepsViewsOfOneStorageTogether) {
  auto module = SmallModule({}, kForward);
  const at::Tensor storage = at::arange(12, at::kFloat);
  module.register_buffer("whole", storage);
  module.register_buffer("part", storage.narrow(0, 4, 6).view({2, 3}).t());
  FakeDevice device;
  MoveModule(module, device, {});
  const at::Tensor whole = module.attr("whole").toTensor();
  const at::Tensor part = module.attr("part").toTensor();
  const at::Tensor numbers = at::arange(12, at::kFloat);
  EXPECT_TRUE(at::equal(whole, numbers));
  EXPECT_TRUE(at::equal(part, numbers.narrow(0, 4, 6).view({2, 3}).t()));
  EXPECT_EQ(part.strides(), (at::IntArrayRef{1, 3}));
  EXPECT_EQ(part.storage().data(), whole.storage().data());
  EXPECT_EQ(device.copies(), 4);  // one for both
}

}  // namespace
}  // namespace gradcam
