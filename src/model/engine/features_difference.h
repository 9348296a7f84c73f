#pragma once

#include "model/engine/features_engine.h"

namespace gradcam {

// Largest share of the maximum by which two ways to compute in float32 may differ: only the order
// of sums changes, and up to 1e-5 was measured.
inline constexpr double kFloat32Limit = 1e-3;

// The same for half precision and TF32: it loses what it loses (0.01 on trained networks, 0.4 on a
// badly conditioned one), and the limit is for what is plainly wrong.
inline constexpr double kHalfLimit = 0.9;

// Throws Error(kModel) if the activations, or what else crosses the cut, differ by more than
// `limit` of their maximum or have other shapes or types. Numbers that are not finite are an
// infinite difference.
void RequireLimit(const Features& found, const Features& expected, double limit);

// Whether `found` holds numbers that are not finite where all of `expected` are, in the same shapes
// and types: what a range that is too small does.
[[nodiscard]] bool IsOverflow(const Features& found, const Features& expected);

}  // namespace gradcam
