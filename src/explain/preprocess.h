#pragma once

#include <ATen/core/Tensor.h>

#include <span>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/image.h"
#include "model/device/staged_copies.h"

namespace gradcam {

// Pictures as a network takes them.
struct NetworkInput {
  at::Tensor values;          // [N, 3, H, W], float32, where the network computes
  std::vector<Image> images;  // the same before the computation: 8 bit, H x W
  std::vector<Rect> seen;     // the part of each picture that is in `values`
};

// Resizes every picture, cuts the window out and computes x = (pixel / scale - mean) / std in
// float32 (each constant rounded to float32 first, as the frameworks that trained the networks do).
// Throws Error(kInput).
[[nodiscard]] NetworkInput PrepareInput(std::span<const Image> pictures,
                                        const Preprocess& preprocess);

// The same on the device of `copies`. To one with memory of its own pictures go in parts: while a
// part is on its way, LibTorch's threads prepare the next one. What the device computes next waits
// for them.
[[nodiscard]] NetworkInput PrepareInput(std::span<const Image> pictures,
                                        const Preprocess& preprocess, StagedCopies& copies);

}  // namespace gradcam
