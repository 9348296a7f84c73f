#pragma once

#include <optional>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/explainer.h"
#include "run/inputs/picture_list.h"
#include "run/run_options.h"

namespace gradcam {

// Whether every picture needs a true class: for --class truth and --only.
[[nodiscard]] bool NeedsTruth(const RunOptions& options);

// Where a run's pictures get their true classes from.
inline constexpr const char* kTruthInList =
    "give pictures in a list with path,class: CSV or JSON lines";

// Throws Error(kUsage) with `hint` for a picture without a true class where one is needed.
void RequireTruth(const InputPicture& picture, const RunOptions& options,
                  const std::string& hint = kTruthInList);

// Throws Error(kUsage) for a class that the model with these labels does not have. Without labels
// only the first picture shows how many classes there are.
void CheckClass(const ClassTarget& target, const std::vector<Label>& labels);

// The same for all classes of lists; the error names the line.
void CheckClasses(const std::vector<ListedClass>& classes, const std::vector<Label>& labels);

// Whether files are written for a picture with these predictions, best first, and this true class.
[[nodiscard]] bool IsKept(const std::vector<Prediction>& top,
                          const std::optional<Prediction>& truth, Only only);

}  // namespace gradcam
