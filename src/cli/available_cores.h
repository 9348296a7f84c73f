#pragma once

#include <filesystem>
#include <istream>
#include <optional>
#include <string>

#include "cli/environment.h"

namespace gradcam {

// The CPU cores that this process may use: its affinity, and the CPU quota of its control groups,
// rounded up. At least 1.
[[nodiscard]] int AvailableCores();

// Cores of a control group's quota: "max 100000" has none, "150000 100000" (microseconds of each
// period) gives 2.
[[nodiscard]] std::optional<int> CoresOfQuota(const std::string& cpu_max);

// The fewest cores that the control groups of a process allow, and those around them; nothing
// without a quota. `groups` as /proc/self/cgroup lists them: version 2 has one hierarchy, at `root`
// ("0::/path"), version 1 one for each set of controllers, below it ("3:cpu,cpuacct:/path").
[[nodiscard]] std::optional<int> CoresOfControlGroups(std::istream& groups,
                                                      const std::filesystem::path& root);

// Whether OpenMP takes the number of threads from this value of OMP_NUM_THREADS: a positive number,
// or several for loops within loops ("4,2"). It ignores any other.
[[nodiscard]] bool IsThreadCount(const std::string& omp_num_threads);

// Sets the number of threads that LibTorch works with: `wished`, else OMP_NUM_THREADS, which
// LibTorch reads itself, else AvailableCores. Returns the number.
int UseThreads(std::optional<int> wished, const Environment& environment);

}  // namespace gradcam
