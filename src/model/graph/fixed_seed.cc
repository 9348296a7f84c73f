#include "model/graph/fixed_seed.h"

#include <ATen/Context.h>

#include <mutex>

namespace gradcam {
namespace {

constexpr std::uint64_t kSeed = 0;

}  // namespace

FixedSeed::FixedSeed(const at::Device& device)
    : generator_(at::globalContext().defaultGenerator(device)) {
  const std::scoped_lock lock(generator_.mutex());
  state_ = generator_.get_state();
  generator_.set_current_seed(kSeed);
}

FixedSeed::~FixedSeed() {
  const std::scoped_lock lock(generator_.mutex());
  generator_.set_state(state_);
}

}  // namespace gradcam
