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

// The smaller of two numbers that may not be there.
std::optional<int> Fewer(std::optional<int> a, std::optional<int> b) {
  return a && b ? std::min(a, b) : std::max(a, b);  // none is less than any
}

// Version 2 keeps quota and period in one file, version 1 in two.
std::optional<int> CoresOfFolder(const fs::path& folder) {
  return Fewer(CoresOfQuota(FirstLine(folder / "cpu.max")),
               CoresOfQuota(FirstLine(folder / "cpu.cfs_quota_us") + " " +
                            FirstLine(folder / "cpu.cfs_period_us")));
}

// The fewest of `group`, a path below `hierarchy`, and of all groups around it. In a container the
// path may be the host's: then the container's own group stands at the top.
std::optional<int> CoresOfGroup(const fs::path& hierarchy, const fs::path& group) {
  std::optional<int> fewest;
  for (fs::path folder = group.relative_path();; folder = folder.parent_path()) {
    fewest = Fewer(fewest, CoresOfFolder(hierarchy / folder));
    if (folder.empty()) return fewest;
  }
}

bool NamesCpu(const std::string& controllers) {
  std::istringstream in(controllers);
  for (std::string name; std::getline(in, name, ',');) {
    if (name == "cpu") return true;
  }
  return false;
}

}  // namespace

std::optional<int> CoresOfQuota(const std::string& cpu_max) {
  std::istringstream in(cpu_max);
  double quota = 0;
  double period = 0;
  if (!(in >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return static_cast<int>(std::ceil(quota / period));
}

std::optional<int> CoresOfControlGroups(std::istream& groups, const fs::path& root) {
  std::optional<int> fewest;
  for (std::string line; std::getline(groups, line);) {
    std::istringstream fields(line);
    std::string number;
    std::string controllers;
    std::string group;
    std::getline(fields, number, ':');
    std::getline(fields, controllers, ':');
    std::getline(fields, group);  // which may hold colons
    if (number == "0") {
      fewest = Fewer(fewest, CoresOfGroup(root, group));
    } else if (NamesCpu(controllers)) {
      fewest = Fewer(fewest, Fewer(CoresOfGroup(root / "cpu", group),
                                   CoresOfGroup(root / controllers, group)));
    }
  }
  return fewest;
}

int AvailableCores() {
  const int cores = CoresOfAffinity();
  std::ifstream groups("/proc/self/cgroup");
  return std::max(1,
                  std::min(cores, CoresOfControlGroups(groups, "/sys/fs/cgroup").value_or(cores)));
}

bool IsThreadCount(const std::string& omp_num_threads) {
  std::istringstream in(omp_num_threads);
  int threads = 0;
  if (!(in >> threads) || threads <= 0) return false;
  in >> std::ws;
  return in.eof() || in.peek() == ',';
}

int UseThreads(std::optional<int> wished, const Environment& environment) {
  if (wished) {
    SetThreads(*wished);
  } else if (!IsThreadCount(environment.omp_num_threads.value_or(""))) {
    SetThreads(AvailableCores());
  }
  return CurrentThreads();
}

}  // namespace gradcam
