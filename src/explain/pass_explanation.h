#pragma once

#include <optional>
#include <span>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/explainer.h"
#include "model/split_model.h"

namespace gradcam {

// Predictions and maps of the N pictures of one pass of the head; `seen` and `input` are left
// empty. `truths`: the true class of every picture, or nothing at all. Classes of a picture stand
// in the order of `options.classes`, each once. Throws Error(kUsage) for an unknown class or for
// labels that are not one a class.
[[nodiscard]] std::vector<Explanation> ExplainPass(
    const HeadPass& pass, OutputKind output_kind, const std::vector<Label>& labels,
    const ExplainOptions& options, std::span<const std::optional<ClassTarget>> truths = {});

}  // namespace gradcam
