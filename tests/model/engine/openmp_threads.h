#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <thread>

namespace gradcam {

// LibTorch computes with so many threads while this object lives.
class OpenMpThreads {
 public:
  explicit OpenMpThreads(int threads) { at::set_num_threads(threads); }
  ~OpenMpThreads() { at::set_num_threads(before_); }
  OpenMpThreads(const OpenMpThreads&) = delete;
  OpenMpThreads& operator=(const OpenMpThreads&) = delete;
  OpenMpThreads(OpenMpThreads&&) = delete;
  OpenMpThreads& operator=(OpenMpThreads&&) = delete;

  // Something large enough to be shared among all of them; they wait for more from then on.
  [[nodiscard]] at::Tensor SumOfManyOnes() const { return at::ones({64, 1 << 16}).sum(); }
  void Start() const { static_cast<void>(SumOfManyOnes()); }

 private:
  int before_ = at::get_num_threads();
};

// Without it EndWaitingThreads does nothing.
inline bool CanEndOpenMpThreads() {
  return dlsym(RTLD_DEFAULT, "omp_pause_resource_all") != nullptr;
}

inline std::ptrdiff_t ThreadsOfThisProcess() {
  using Iterator = std::filesystem::directory_iterator;
  return std::distance(Iterator("/proc/self/task"), Iterator());
}

// How many there are once no more than `expected` are left, or after two seconds: a thread is gone
// from /proc a moment after its last step.
inline std::ptrdiff_t ThreadsLeft(std::ptrdiff_t expected) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  while (ThreadsOfThisProcess() > expected && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return ThreadsOfThisProcess();
}

}  // namespace gradcam
