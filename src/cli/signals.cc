#include "cli/signals.h"

#include <pthread.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "cli/exit_code.h"

namespace gradcam {
namespace {

// `timeout` and schedulers send a signal to the process and to its group: the same word twice.
constexpr std::chrono::seconds kSameWord{1};

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

StopOnSignal::StopOnSignal() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  waiter_ = std::thread([this] { Wait(); });
}

StopOnSignal::~StopOnSignal() {
  done_ = true;
  // Blocked in every thread, the signal only ends sigwait.
  pthread_kill(waiter_.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
  waiter_.join();
}

void StopOnSignal::Wait() {
  const sigset_t signals = StopSignals();
  int number = 0;
  sigwait(&signals, &number);
  if (done_) return;
  if (running_) {
    source_.request_stop();
    const auto first = std::chrono::steady_clock::now();
    do {
      sigwait(&signals, &number);
    } while (!done_ && std::chrono::steady_clock::now() - first < kSameWord);
    if (done_) return;
  }
  std::_Exit(kExitInterrupted);
}

}  // namespace gradcam
