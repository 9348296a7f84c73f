#pragma once

#include <cstddef>
#include <functional>

namespace gradcam {

// Calls `work` once for each of 0...count-1, on up to `threads` threads, and waits. The first
// exception is thrown here, after all threads have ended.
void ForEachInParallel(std::size_t count, int threads,
                       const std::function<void(std::size_t)>& work);

}  // namespace gradcam
