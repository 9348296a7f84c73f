#pragma once

#include <array>
#include <optional>
#include <string>

#include "gradcam/card.h"
#include "gradcam/explainer.h"

namespace gradcam {

// The preprocessing called `options.preprocess_name` of `card` (its first if empty) with the single
// fields of `options.preprocess` in place of its own. A model without a card, or with one that has
// no preprocessing, takes all fields from the options, its size also from `traced_size` ({height,
// width} of the example input). Another size without another crop keeps the proportion of the
// card's crop. Throws Error(kUsage) that says which options are missing or which value is
// impossible; `model` names the model.
[[nodiscard]] Preprocess ChoosePreprocess(const Card& card, const LoadOptions& options,
                                          std::optional<std::array<int, 2>> traced_size,
                                          const std::string& model);

}  // namespace gradcam
