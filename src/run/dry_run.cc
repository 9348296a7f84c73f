#include "run/dry_run.h"

#include "run/output_names.h"

namespace gradcam {
namespace {

std::string NameOfClass(const ClassTarget& target) {
  switch (target.by) {
    case ClassTarget::By::kIndex:
      return std::to_string(target.index);
    case ClassTarget::By::kLabel:
      return "<" + target.label + ">";
    case ClassTarget::By::kTruth:
      return "<truth>";
    case ClassTarget::By::kTop:
      break;
  }
  return "<top>";
}

}  // namespace

std::vector<std::string> NamesToWrite(const Job& job, const Settings& settings) {
  const std::vector<ClassTarget>& classes = settings.explain.classes;
  std::vector<std::string> stems;
  stems.reserve(classes.size());
  for (const ClassTarget& target : classes) {
    stems.push_back(classes.size() > 1 ? job.stem + "." + NameOfClass(target) : job.stem);
  }
  std::vector<std::string> names;
  for (const OutputEnding& ending : WrittenEndings(settings.outputs, settings.render.format)) {
    if (!IsPerClass(ending.kind)) {
      names.push_back(job.stem + std::string(ending.text));
      continue;
    }
    for (const std::string& stem : stems) names.push_back(stem + std::string(ending.text));
  }
  return names;
}

}  // namespace gradcam
