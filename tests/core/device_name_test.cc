#include "core/device_name.h"

#include <gtest/gtest.h>

namespace gradcam {
namespace {

TEST(DeviceName, IsReadAsItIsWritten) {
  for (const char* name : {"auto", "cpu", "cuda:0", "cuda:1", "cuda:12"}) {
    const auto device = DeviceNamed(name);
    ASSERT_TRUE(device.has_value()) << name;
    EXPECT_EQ(NameOf(*device), name);
  }
  EXPECT_EQ(DeviceNamed("cuda"), (Device{.kind = Device::Kind::kCuda, .index = 0}));
  EXPECT_EQ(DeviceNamed("cuda:3")->index, 3);
}

TEST(DeviceName, OfNothingElse) {
  for (const char* name : {"", "gpu", "CPU", "cuda:", "cuda:x", "cuda:-1", "cuda1", "cuda:1 ",
                           "cuda:99999999999", "cuda:128"}) {
    EXPECT_FALSE(DeviceNamed(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace gradcam
