#include "run/ground_truth.h"

#include <algorithm>

#include "explain/class_lookup.h"
#include "gradcam/error.h"
#include "report/picture_report.h"
#include "report/text.h"

namespace gradcam {

bool NeedsTruth(const RunOptions& options) {
  const std::vector<ClassTarget>& targets = options.settings.explain.classes;
  return options.only != Only::kAll ||
         std::any_of(targets.begin(), targets.end(), [](const ClassTarget& target) {
           return target.by == ClassTarget::By::kTruth;
         });
}

void RequireTruth(const InputPicture& picture, const RunOptions& options, const std::string& hint) {
  if (picture.truth || !NeedsTruth(options)) return;
  const char* option = options.only == Only::kAll ? "--class truth" : "--only";
  throw Error(ErrorKind::kUsage,
              "picture " + Quoted(picture.path) + " has no true class, which " + option + " needs",
              hint);
}

void CheckClass(const ClassTarget& target, const std::vector<Label>& labels) {
  if (target.by != ClassTarget::By::kLabel && labels.empty()) return;
  static_cast<void>(ResolveClass(target, {}, static_cast<int>(labels.size()), labels));
}

void CheckClasses(const std::vector<ListedClass>& classes, const std::vector<Label>& labels) {
  for (const ListedClass& listed : classes) {
    try {
      CheckClass(listed.target, labels);
    } catch (const Error& error) {
      throw Error(error.kind(), listed.place + ": " + error.what(), error.hint());
    }
  }
}

bool IsKept(const std::vector<Prediction>& top, const std::optional<Prediction>& truth, Only only) {
  return only == Only::kAll || IsCorrect(top, truth) == (only == Only::kRight);
}

}  // namespace gradcam
