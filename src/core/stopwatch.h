#pragma once

#include <chrono>
#include <utility>

namespace gradcam {

// Times stages that follow each other.
class Stopwatch {
 public:
  // Seconds since the last call, or since the start.
  [[nodiscard]] double Lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> seconds = now - std::exchange(start_, now);
    return seconds.count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace gradcam
