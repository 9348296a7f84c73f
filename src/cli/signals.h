#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace gradcam {

// SIGINT, unless it is ignored, and SIGTERM end the process with kExitInterrupted from now on.
// May be called before anything else of the program has run.
void EndOnSignal();

// Before BeginRun, SIGINT or SIGTERM ends the process at once: no file of a picture is open yet.
// Behind it the first one becomes a stop request and one that comes more than a second later ends
// the process. To be made before any other thread, because threads inherit which signals are
// blocked.
class StopOnSignal {
 public:
  StopOnSignal();
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  void BeginRun() { running_ = true; }

  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  void Wait();

  std::stop_source source_;
  std::atomic<bool> running_ = false;
  std::atomic<bool> done_ = false;
  std::thread waiter_;
};

}  // namespace gradcam
