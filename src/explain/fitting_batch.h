#pragma once

#include <cstddef>
#include <functional>

namespace gradcam {

// Work on pictures in parts that fit into memory. A part that does not is halved, and no later part
// is larger than one that fitted.
class FittingBatch {
 public:
  // `limit`: the most pictures at a time; 0: any number.
  explicit FittingBatch(std::size_t limit = 0) : limit_(limit) {}

  // Calls `work(first, count)` for parts that together are the pictures 0...count - 1, in order.
  // When it throws Error(kMemory), calls `release` and goes on with half of that part. For one
  // picture alone the error is thrown on, as kModel.
  void Run(std::size_t count, const std::function<void(std::size_t, std::size_t)>& work,
           const std::function<void()>& release);

  // The most pictures at a time; 0: any number, while all have fitted.
  [[nodiscard]] std::size_t limit() const { return limit_; }

  // How often a part was halved.
  [[nodiscard]] int halved() const { return halved_; }

 private:
  std::size_t limit_;
  int halved_ = 0;
};

}  // namespace gradcam
