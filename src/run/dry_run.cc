#include "run/dry_run.h"

#include <variant>

#include "run/output_names.h"
#include "run/picture_work.h"

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

ResumePreview::ResumePreview(const ModelFile& model, const ModelInfo& explainer_info,
                             const RunOptions& options)
    : decode_(options.settings.decode) {
  if (options.settings.outputs.contains(Output::kJsonl)) {
    lines_ = std::make_unique<const ResultsFile>(options.output / ResultsName(options.shard),
                                                 OldLines::kRead);
  }
  earlier_.emplace(MakeRunContext(model, explainer_info, options.settings), lines_.get(),
                   options.only);
}

bool ResumePreview::Skips(const Job& job) const {
  return std::holds_alternative<EarlierReport>(
      ReadUnlessDone(job, OpenPictureOf(job, decode_), decode_, earlier_));
}

}  // namespace gradcam
