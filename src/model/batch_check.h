#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace gradcam {

// Whether a network computes each picture of a batch as it computes it alone. One that looks at a
// batch as a whole, or takes a single picture only, must get them one by one.
class BatchCheck {
 public:
  struct Pass {
    at::Tensor scores;       // [N, K]
    at::Tensor activations;  // [N, C, h, w]
  };
  // A pass of the network on pictures [N, 3, H, W].
  using Run = std::function<Pass(const at::Tensor& pictures)>;

  // Once: compares the last of two pictures of `batch` [N, 3, H, W], N > 1, with what it gets
  // alone. The first one's results may be right where a network computes it for all, or each from
  // those in front of it. Throws Error(kModel) if they differ, and what `run` throws; where a
  // single picture is at fault, nothing is decided, and the next batch is compared.
  void Compare(const at::Tensor& batch, const Run& run);

  // A batch of several pictures was computed, or the network has thrown. One may hold a picture
  // that it refuses; after two in a row, pictures go one by one.
  void AddSuccess() { failures_ = 0; }
  void AddFailure();

  [[nodiscard]] bool one_by_one() const { return one_by_one_; }

  // That pictures go one by one from here on, once.
  [[nodiscard]] std::vector<std::string> TakeWarnings();

 private:
  void ComputeOneByOne();
  [[nodiscard]] Pass RunPair(const at::Tensor& pair, const Run& run);

  bool is_compared_ = false;
  bool one_by_one_ = false;
  int failures_ = 0;  // in a row
  std::vector<std::string> warnings_;
};

}  // namespace gradcam
