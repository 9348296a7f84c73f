#include "cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <array>
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

extern "C" void EndNow(int /*signal*/) { ::_exit(kExitInterrupted); }

}  // namespace

void EndOnSignal() {
  for (const int number : std::array{SIGINT, SIGTERM}) {
    // As under nohup, or for SIGINT behind the & of a script.
    if (std::signal(number, EndNow) == SIG_IGN) std::signal(number, SIG_IGN);
  }
}

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
