#include "cli/signals.h"

#include <pthread.h>

#include <csignal>
#include <cstdlib>

#include "cli/exit_code.h"

namespace gradcam {
namespace {

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
    sigwait(&signals, &number);
    if (done_) return;
  }
  std::_Exit(kExitInterrupted);
}

}  // namespace gradcam
