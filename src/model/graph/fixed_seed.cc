#include "model/graph/fixed_seed.h"

#include <ATen/CPUGeneratorImpl.h>

#include <mutex>

namespace gradcam {
namespace {

constexpr std::uint64_t kSeed = 0;

}  // namespace

FixedSeed::FixedSeed() : generator_(at::detail::getDefaultCPUGenerator()) {
  const std::scoped_lock lock(generator_.mutex());
  state_ = generator_.get_state();
  generator_.set_current_seed(kSeed);
}

FixedSeed::~FixedSeed() {
  const std::scoped_lock lock(generator_.mutex());
  generator_.set_state(state_);
}

}  // namespace gradcam
