#include "cli/available_cores.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "model/threads.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

int CoresOfAffinity() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(0, sizeof(cores), &cores) == 0) return CPU_COUNT(&cores);
  // More than CPU_SETSIZE cores.
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::string FirstLine(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// The smallest quota on the way from this process' group (version 2: one line "0::/path") to the
// root.
std::optional<int> CoresOfControlGroup() {
  const fs::path root = "/sys/fs/cgroup";
  std::string group = FirstLine("/proc/self/cgroup");
  group = group.starts_with("0::/") ? group.substr(4) : "";
  std::optional<int> fewest;
  fs::path folder = fs::path(group).lexically_normal();
  while (true) {
    const std::optional<int> cores = CoresOfQuota(FirstLine(root / folder / "cpu.max"));
    if (cores) fewest = std::min(*cores, fewest.value_or(*cores));
    if (folder.empty()) return fewest;
    folder = folder.parent_path();
  }
}

}  // namespace

std::optional<int> CoresOfQuota(const std::string& cpu_max) {
  std::istringstream in(cpu_max);
  double quota = 0;
  double period = 0;
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::ceil(quota / period));
}

int AvailableCores() {
  const int cores = CoresOfAffinity();
  return std::max(1, std::min(cores, CoresOfControlGroup().value_or(cores)));
}

int UseThreads(std::optional<int> wished, const Environment& environment) {
  if (wished) {
    SetThreads(*wished);
  } else if (!environment.omp_num_threads) {
    SetThreads(AvailableCores());
  }
  return CurrentThreads();
}

}  // namespace gradcam
