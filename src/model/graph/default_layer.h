#pragma once

#include <cstdint>
#include <vector>

#include "model/graph/layer_calls.h"

namespace gradcam {

// The call number of the layer that is explained when nobody names one: the last [N, C, h, w] value
// of more than one cell that is not made by pooling, dropout or a change of shape and that a
// weighted layer still follows (so not the class layer's own maps); by its innermost name. -1 if
// there is none.
[[nodiscard]] std::int64_t DefaultCall(const InlinedForward& forward,
                                       const std::vector<std::vector<std::int64_t>>& shapes,
                                       const std::vector<std::int64_t>& input_shape);

}  // namespace gradcam
