#pragma once

#include <optional>
#include <string>

#include "cli/environment.h"

namespace gradcam {

// The CPU cores that this process may use: its affinity, and the CPU quota of its control group,
// rounded up. At least 1.
[[nodiscard]] int AvailableCores();

// Cores of a control group's quota: "max 100000" has none, "150000 100000" (microseconds of each
// period) gives 2.
[[nodiscard]] std::optional<int> CoresOfQuota(const std::string& cpu_max);

// Sets the number of threads that LibTorch works with: `wished`, else OMP_NUM_THREADS, which
// LibTorch reads itself, else AvailableCores. Returns the number.
int UseThreads(std::optional<int> wished, const Environment& environment);

}  // namespace gradcam
