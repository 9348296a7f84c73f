#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/explainer.h"

namespace gradcam {

// The index of the class called `label`; case is ignored and "_" stands for a space. Throws
// Error(kUsage): for a miss with the nearest labels, for a label that several classes carry with
// their indices.
[[nodiscard]] int FindLabel(const std::string& label, const std::vector<Label>& labels);

// What is known of the classes of one picture.
struct KnownClasses {
  int top = 0;               // the most probable
  std::optional<int> truth;  // the true one
};

// The index that `target` means for a picture, of `classes`. Throws Error(kUsage), also for
// ClassTarget::By::kTruth if no truth is known.
[[nodiscard]] int ResolveClass(const ClassTarget& target, const KnownClasses& known, int classes,
                               const std::vector<Label>& labels);

// Throws Error(kUsage) if there are labels, but not one a class.
void RequireLabelPerClass(const std::vector<Label>& labels, int classes);

}  // namespace gradcam
