#include "run/worker/requested_jobs.h"

#include <cerrno>
#include <set>
#include <utility>

#include "core/blank.h"
#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/ground_truth.h"
#include "run/inputs/file_identity.h"
#include "run/old_outputs.h"
#include "run/output_checks.h"
#include "run/output_names.h"

namespace gradcam {
namespace {

OutputPlace PlaceOfJob(const RequestedPicture& picture, const std::string& name,
                       const RunOptions& options) {
  OutputPlace place = PlaceOf(name, options.keep_extension);
  if (IsRunReport(place)) FailRunReport(picture.path, place.stem);
  for (const std::string& folder : FoldersTo(place.folder)) {
    if (IsFileOfRuns(folder)) FailFolderAndFile(picture.path, options.output / folder);
  }
  return place;
}

}  // namespace

RequestedJobs::RequestedJobs(const RunOptions& options, int descriptor, OpenRequests& open)
    : options_(options), lines_(descriptor, '\n'), naming_(options.root), open_(&open) {}

std::optional<JobOrFailure> RequestedJobs::Next(const InputWait& wait) {
  if (!request_) {
    request_ = NextRequest(wait);
    next_ = 0;
  }
  if (!request_ || wait.stop.stop_requested()) return std::nullopt;
  if (const std::optional<Error>& error = request_->error) {
    Failure failure{"", error->what(), error->hint()};
    open_->Add({std::exchange(request_, nullptr), /*is_last=*/true, ""});
    return failure;
  }
  return NextPicture();
}

std::shared_ptr<const Request> RequestedJobs::NextRequest(const InputWait& wait) {
  try {
    while (const std::optional<std::string> line = lines_.Next(wait)) {
      if (!IsBlank(*line)) return std::make_shared<const Request>(ParseRequest(*line));
    }
    return nullptr;
  } catch (const std::system_error& error) {
    if (error.code().value() != EFBIG) {
      throw Error(ErrorKind::kInput,
                  "cannot read requests: " + SystemMessage(error.code().value()));
    }
    Request request;
    request.error = Error(ErrorKind::kUsage, "bad request: longer than a MiB",
                          "send the pictures in several requests");
    return std::make_shared<const Request>(std::move(request));
  }
}

JobOrFailure RequestedJobs::NextPicture() {
  const RequestedPicture& picture = request_->pictures[next_];
  ++next_;
  OpenPicture open{request_, next_ == request_->pictures.size(), ""};
  const std::shared_ptr<const Request> request = request_;  // holds `picture`
  if (open.is_last) request_.reset();
  JobOrFailure handed_out;
  try {
    Job job = JobOf(picture);
    open.place = (job.folder / job.stem).string();
    handed_out = std::move(job);
  } catch (const Error& error) {
    handed_out = Failure{picture.name.value_or(picture.path), error.what(), error.hint()};
  }
  open_->Add(std::move(open));
  return handed_out;
}

Job RequestedJobs::JobOf(const RequestedPicture& picture) const {
  Job job;
  job.path = picture.path;
  job.name = picture.name ? *picture.name : naming_.NameOf(naming_.Absolute(picture.path));
  job.truth = picture.truth;
  RequireTruth({job.path, job.name, job.truth}, options_,
               R"(give it in the request: "class": 281, or a label)");
  OutputPlace place = PlaceOfJob(picture, job.name, options_);
  job.folder = FolderOf(options_.output, place.folder);
  job.stem = std::move(place.stem);
  if (!open_->IsFree((job.folder / job.stem).string())) {
    throw Error(ErrorKind::kUsage,
                "picture " + Quoted(job.path) + " would write " +
                    Quoted(job.folder / (job.stem + ".*")) +
                    ", as a picture does that is not finished",
                "give it another \"name\", or send it once the other is answered");
  }
  job.stale = StaleNames(job);
  return job;
}

// Older outputs of the picture. A folder may hold millions of files, so it is not listed: those
// with a class index are known from their report.
std::vector<std::string> RequestedJobs::StaleNames(const Job& job) const {
  std::set<std::string> names = FilesInReport(job.folder, job.stem);
  for (std::size_t ending = 0; ending < kOutputEndings.size(); ++ending) {
    names.insert(NameWithEnding(job.stem, std::nullopt, ending));
  }
  const auto find = [&job](const std::string& stem) {
    return stem == job.stem ? std::optional<std::size_t>(0) : std::nullopt;
  };
  const bool several_classes = options_.settings.explain.classes.size() > 1;
  const auto picture = IdentityOf(job.path);
  std::vector<std::string> stale;
  for (const std::string& name : names) {
    const auto file = IdentityOf(job.folder / name);
    if (!file || name.find('/') != std::string::npos) continue;
    const auto old = JudgeOldFile(job.folder, name, find, several_classes);
    if (!old) continue;
    if (picture == file) FailOwnInput(job.folder / name);
    if (!old->is_stale) continue;
    RequireOwnPicture(job.folder / name);
    stale.push_back(name);
  }
  return stale;
}

}  // namespace gradcam
