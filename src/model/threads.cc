#include "model/threads.h"

#include <ATen/Parallel.h>

namespace gradcam {

void SetThreads(int threads) { at::set_num_threads(threads); }

int CurrentThreads() { return at::get_num_threads(); }

}  // namespace gradcam
