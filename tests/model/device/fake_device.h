#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "model/device/cpu_device.h"

namespace gradcam {

// What goes wrong on a FakeDevice.
struct FakeTroubles {
  // Bytes that may be copied to it at once, from one JoinCopies to the next, weights excepted.
  std::int64_t room = std::numeric_limits<std::int64_t>::max();
  // How many batches it computes before it is lost.
  int batches = std::numeric_limits<int>::max();
};

// A device with memory of its own, played by the CPU. A copy is made as late as it may be: when it
// is waited for. Whoever overwrites its source before, or computes without JoinCopies, gets wrong
// numbers; whoever frees either end before, an error.
class FakeDevice final : public CpuDevice {
 public:
  explicit FakeDevice(const FakeTroubles& troubles = {}) : troubles_(troubles) {}

  [[nodiscard]] std::string name() const override { return "fake device"; }
  [[nodiscard]] bool has_own_memory() const override { return true; }
  [[nodiscard]] bool IsFast(Precision /*precision*/) const override { return true; }
  void MakeCurrent() override;
  [[nodiscard]] std::unique_ptr<CopyInFlight> BeginCopy(const at::Tensor& source,
                                                        const at::Tensor& target) override;
  void JoinCopies() override;
  void ReleaseMemory() override { ++released_; }
  [[nodiscard]] bool Works() noexcept override { return joins_ <= troubles_.batches; }

  [[nodiscard]] int copies() const { return static_cast<int>(copied_.size()); }
  // Bytes of each copy.
  [[nodiscard]] const std::vector<std::int64_t>& copied() const { return copied_; }
  [[nodiscard]] int released() const { return released_; }

 private:
  struct Pending;
  class Flight;

  FakeTroubles troubles_;
  std::vector<std::shared_ptr<Pending>> pending_;
  std::int64_t used_ = 0;  // of the room
  int joins_ = 0;          // the first one ends the loading of the model
  std::vector<std::int64_t> copied_;
  int released_ = 0;
  bool is_lost_ = false;
};

}  // namespace gradcam
