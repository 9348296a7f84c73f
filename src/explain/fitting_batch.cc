#include "explain/fitting_batch.h"

#include <algorithm>

#include "gradcam/error.h"

namespace gradcam {

void FittingBatch::Run(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work,
                       const std::function<void()>& release) {
  std::size_t first = 0;
  while (first < count) {
    const std::size_t left = count - first;
    const std::size_t part = limit_ == 0 ? left : std::min(left, limit_);
    try {
      work(first, part);
      first += part;
      continue;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kMemory) throw;
      if (part == 1) throw Error(ErrorKind::kModel, error.what(), error.hint());
    }
    // Behind the exception, which may have kept tensors alive.
    release();
    limit_ = part / 2;
    ++halved_;
  }
}

}  // namespace gradcam
