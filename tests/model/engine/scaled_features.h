#pragma once

#include <ATen/ATen.h>
#include <ATen/core/List.h>

#include <cstdint>

#include "model/engine/features_engine.h"

namespace gradcam {

// Gives the picture times a factor as feature maps, and times another as a skip connection.
class Scaled final : public FeaturesEngine {
 public:
  explicit Scaled(double factor, double carried = 1) : factor_(factor), carried_(carried) {}
  Features Run(const at::Tensor& input) override {
    const c10::List<at::Tensor> list({input, input * carried_});
    return {.self = {},
            .activations = input * factor_,
            .carried = {input * carried_, list, std::int64_t{7}}};
  }

 private:
  double factor_;
  double carried_;
};

}  // namespace gradcam
