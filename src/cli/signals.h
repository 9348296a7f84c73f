#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace gradcam {

// Turns the first SIGINT or SIGTERM into a stop request; a second one ends the process at once.
// To be made before any other thread, because threads inherit which signals are blocked.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void Wait();

  std::stop_source source_;
  std::atomic<bool> done_ = false;
  std::thread waiter_;
};

}  // namespace gradcam
