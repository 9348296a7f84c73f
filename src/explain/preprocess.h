#pragma once

#include <ATen/core/Tensor.h>

#include <span>

#include "gradcam/card.h"
#include "gradcam/explainer.h"
#include "gradcam/image.h"
#include "model/device/staged_copies.h"

namespace gradcam {

// Resizes a picture and cuts the window out. Throws Error(kInput).
[[nodiscard]] PreparedPicture PreparePicture(const Image& picture, const Preprocess& preprocess);

// [N, 3, H, W], float32: x = (pixel / scale - mean) / std, each constant rounded to float32 first,
// as the frameworks that trained the networks do. LibTorch's threads share the work. Throws
// Error(kUsage) for a picture that was not prepared so.
[[nodiscard]] at::Tensor InputOf(std::span<const PreparedPicture> pictures,
                                 const Preprocess& preprocess);

// The same on the device of `copies`. To one with memory of its own pictures go in parts: while a
// part is on its way, the next one is computed. What the device computes next waits for them.
[[nodiscard]] at::Tensor InputOf(std::span<const PreparedPicture> pictures,
                                 const Preprocess& preprocess, StagedCopies& copies);

}  // namespace gradcam
