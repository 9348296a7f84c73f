#include "core/big_stack.h"

#include <pthread.h>

#include <cstddef>
#include <exception>

#include "gradcam/error.h"

namespace gradcam {
namespace {

constexpr std::size_t kStackSize = std::size_t{1} << 30U;

struct Task {
  const std::function<void()>* work = nullptr;
  std::exception_ptr error;
};

void* Run(void* argument) {
  auto* const task = static_cast<Task*>(argument);
  try {
    (*task->work)();
  } catch (...) {
    task->error = std::current_exception();
  }
  return nullptr;
}

}  // namespace

void RunOnBigStack(const std::function<void()>& work) {
  Task task{&work, nullptr};
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackSize);
  pthread_t thread{};
  const int failure = pthread_create(&thread, &attributes, &Run, &task);
  pthread_attr_destroy(&attributes);
  if (failure != 0) {
    throw Error(ErrorKind::kModel, "there is no address space left to load it",
                "raise the limit on virtual memory (ulimit -v)");
  }
  pthread_join(thread, nullptr);
  if (task.error) {
    std::rethrow_exception(task.error);
  }
}

}  // namespace gradcam
