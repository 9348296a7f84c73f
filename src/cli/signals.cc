#include "cli/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "cli/exit_code.h"

namespace gradcam {
namespace {

// `timeout` and schedulers send a signal to the process and to its group: the same word twice.
constexpr std::chrono::seconds kSameWord{1};

// As SIGINT is in what a script has put into the background with &: Ctrl-C is not for it.
bool IsIgnored(int number) {
  struct sigaction action{};
  return ::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  if (!IsIgnored(SIGINT)) sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

extern "C" void EndNow(int /*signal*/) { ::_exit(kExitInterrupted); }

}  // namespace

void EndOnSignal() {
  if (!IsIgnored(SIGINT)) std::signal(SIGINT, EndNow);
  std::signal(SIGTERM, EndNow);
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
