#pragma once

namespace gradcam {

// Sets how many threads LibTorch works with inside one operator (>= 1).
void SetThreads(int threads);

[[nodiscard]] int CurrentThreads();

}  // namespace gradcam
