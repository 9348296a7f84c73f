#include "run/listed_jobs.h"

#include <utility>

#include "run/ground_truth.h"
#include "run/output_names.h"
#include "run/result_pictures.h"

namespace gradcam {
namespace {

Failure FailureOf(const Error& error, const std::filesystem::path& picture) {
  return {picture.string(), error.what(), error.hint()};
}

}  // namespace

ListedJobs::ListedJobs(PictureList pictures, StaleFiles stale, std::vector<std::string> warnings,
                       const RunOptions& options)
    : pictures_(std::move(pictures)),
      stale_(std::move(stale)),
      warnings_(std::move(warnings)),
      output_(options.output),
      keep_extension_(options.keep_extension),
      next_(options.shard ? options.shard->number - 1 : 0),
      step_(options.shard ? options.shard->count : 1),
      total_(pictures_.size() > next_ ? (pictures_.size() - next_ - 1) / step_ + 1 : 0) {}

void ListedJobs::CheckClasses(const std::vector<Label>& labels) {
  gradcam::CheckClasses(pictures_.classes(), labels);
}

std::optional<JobOrFailure> ListedJobs::Next(const InputWait& wait) {
  if (wait.stop.stop_requested() || next_ >= pictures_.size()) return std::nullopt;
  const std::size_t i = std::exchange(next_, next_ + step_);
  InputPicture picture = pictures_[i];
  if (pictures_.IsRefused(i)) return FailureOf(ResultAsInput(picture.path), picture.path);
  OutputPlace place = PlaceOf(picture.name, keep_extension_);
  Job job;
  job.path = std::move(picture.path);
  job.name = std::move(picture.name);
  job.folder = FolderOf(output_, place.folder);
  job.stale = stale_.NamesOf(i, place.stem);
  job.stem = std::move(place.stem);
  job.truth = std::move(picture.truth);
  return job;
}

std::optional<std::size_t> ListedJobs::total() const { return total_; }

std::vector<std::string> ListedJobs::TakeWarnings() { return std::exchange(warnings_, {}); }

}  // namespace gradcam
