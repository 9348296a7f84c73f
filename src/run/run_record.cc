#include "run/run_record.h"

#include <array>
#include <string>
#include <utility>

#include "report/text.h"

namespace gradcam {
namespace {

using NamedMap = std::pair<const char*, const MapReport*>;

std::array<NamedMap, 2> MapsOf(const ClassReport& report) {
  return {{{"gradcam", &report.gradcam}, {"saliency", &report.saliency}}};
}

// The first map of the picture that is not kOk, in words; empty if all are.
std::string StatusProblem(const PictureReport& picture) {
  for (const ClassReport& report : picture.explanations) {
    for (const auto& [name, map] : MapsOf(report)) {
      if (map->summary.status == MapStatus::kOk) continue;
      return std::string("the ") + name + " map of class " +
             std::to_string(report.prediction.index) + " is " + NameOf(map->summary.status);
    }
  }
  return "";
}

}  // namespace

RunRecord::RunRecord(const RunOptions& options, RunObserver& observer)
    : options_(&options), observer_(&observer) {
  report_.inputs = options.inputs;
  report_.shard = options.shard;
}

void RunRecord::AddNote(const std::string& text) {
  report_.notes.push_back(text);
  observer_->OnNote(text);
}

void RunRecord::AddFailure(const Failure& failure) {
  ++report_.counts.failed;
  report_.failures.push_back(failure);
  observer_->OnFailure(failure);
}

void RunRecord::TellProgress(std::size_t pictures) {
  report_.counts.pictures = static_cast<int>(pictures);
  observer_->OnProgress(report_.counts);
}

void RunRecord::CountTruth(const std::vector<Prediction>& top,
                           const std::optional<Prediction>& truth) {
  const auto correct = IsCorrect(top, truth);
  if (correct) ++(*correct ? report_.counts.right : report_.counts.wrong);
}

void RunRecord::AddPicture(const Job& job, const PictureReport& picture, const RunContext& run) {
  report_.engine = picture.engine;
  Summarize(picture);
  observer_->OnPicture(picture, run);
  if (PassesStrict(job, picture)) ++report_.counts.done;
}

void RunRecord::AddEarlier(const Job& job, const PictureReport& picture, const std::string& line) {
  report_.engine = picture.engine;
  CountTruth(picture.top, picture.truth);
  Summarize(picture);
  observer_->OnEarlier(line);
  if (PassesStrict(job, picture)) ++report_.counts.resumed;
}

void RunRecord::Summarize(const PictureReport& picture) {
  if (!picture.top.empty()) {
    ClassCount& count = report_.summary.classes[picture.top.front().index];
    count.label = picture.top.front().label;
    ++count.pictures;
  }
  for (const ClassReport& report : picture.explanations) {
    for (const auto& [name, map] : MapsOf(report)) {
      const MapStatus status = map->summary.status;
      if (status != MapStatus::kOk) ++report_.summary.degenerate[{name, status}];
    }
  }
}

bool RunRecord::PassesStrict(const Job& job, const PictureReport& picture) {
  const std::string problem = options_->strict ? StatusProblem(picture) : "";
  if (problem.empty()) return true;
  AddFailure({job.name, "image " + Quoted(job.path) + ": " + problem, ""});
  return false;
}

void RunRecord::AddFailedPicture(const Job& job, const Error& error) {
  AddFailure({job.name, error.what(), error.hint()});
}

}  // namespace gradcam
