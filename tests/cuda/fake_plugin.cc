// A libgradcam_cuda.so whose device is played by the CPU (tests/model/device/fake_device.h), so
// that the program's way to a device, and what it does when one gets into trouble, run without a
// GPU:
//
//   GRADCAM_FAKE_PROBLEM   there is no device, and this is why
//   GRADCAM_FAKE_ROOM      bytes of pictures that fit into it at once
//   GRADCAM_FAKE_BATCHES   batches that it computes before it is lost
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "gradcam/export.h"
#include "model/device/compute_device.h"
#include "model/device/fake_device.h"

namespace gradcam {
namespace {

const char* Variable(const char* name) {
  return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
}

class FakePlugin final : public DevicePlugin {
 public:
  [[nodiscard]] DeviceList List() const override {
    if (const char* problem = Variable("GRADCAM_FAKE_PROBLEM")) {
      return {.names = {}, .problem = problem};
    }
    return {.names = {"fake device"}, .problem = ""};
  }

  [[nodiscard]] std::unique_ptr<ComputeDevice> Open(int /*index*/) const override {
    static bool is_open = false;
    if (std::exchange(is_open, true)) throw std::logic_error("the device is opened twice");
    FakeTroubles troubles;
    if (const char* room = Variable("GRADCAM_FAKE_ROOM")) troubles.room = std::stoll(room);
    if (const char* batches = Variable("GRADCAM_FAKE_BATCHES")) {
      troubles.batches = std::stoi(batches);
    }
    return std::make_unique<FakeDevice>(troubles);
  }
};

}  // namespace
}  // namespace gradcam

extern "C" GRADCAM_EXPORT void* GradcamPlugin(int version) {
  if (version != gradcam::DevicePlugin::kVersion) return nullptr;
  static gradcam::FakePlugin plugin;
  return static_cast<gradcam::DevicePlugin*>(&plugin);
}
