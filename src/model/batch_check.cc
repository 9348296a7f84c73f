#include "model/batch_check.h"

#include <exception>
#include <utility>

#include "gradcam/error.h"
#include "model/engine/torch_error.h"
#include "model/score_difference.h"

namespace gradcam {
namespace {

// Relative to the largest score or activation. The sums of a picture alone and in a batch are
// blocked in another way: float32 differs by about 1e-6.
constexpr double kLimit = 1e-3;

constexpr int kMostFailures = 2;

}  // namespace

void BatchCheck::Compare(const at::Tensor& batch, const Run& run) {
  if (is_compared_) return;
  const std::int64_t last = batch.size(0) - 1;
  const Pass alone = run(batch.slice(0, last));
  // Asked last: an engine's first run is compared with the results for the same pair, which the
  // reference remembers.
  const Pass together = RunPair(batch.slice(0, last - 1), run);
  if (LargestDifference(together.scores.slice(0, 1), alone.scores) > kLimit ||
      LargestDifference(together.activations.slice(0, 1), alone.activations) > kLimit) {
    ComputeOneByOne();
    throw Error(ErrorKind::kModel, "the network's results depend on the other pictures of a batch");
  }
  is_compared_ = true;
}

// Of two pictures, of which the last is known to run alone.
BatchCheck::Pass BatchCheck::RunPair(const at::Tensor& pair, const Run& run) {
  try {
    return run(pair);
  } catch (const std::exception& error) {
    if (IsOutOfMemory(error)) throw;
    static_cast<void>(run(pair.slice(0, 0, 1)));  // throws if that one is at fault
    ComputeOneByOne();
    throw;
  }
}

void BatchCheck::AddFailure() {
  ++failures_;
  if (failures_ == kMostFailures) ComputeOneByOne();
}

void BatchCheck::ComputeOneByOne() {
  if (std::exchange(one_by_one_, true)) return;
  warnings_.emplace_back(
      "the network does not compute several pictures at once as it computes each alone; they are "
      "computed one by one");
}

std::vector<std::string> BatchCheck::TakeWarnings() { return std::exchange(warnings_, {}); }

}  // namespace gradcam
