#include "run/plan.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/file_identity.h"
#include "run/inputs.h"
#include "run/output_names.h"
#include "run/own_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRunStem = "run";

// The jobs that write into one folder, by their stem.
using JobsByStem = std::unordered_map<std::string, Job*>;

std::vector<Job> NameOutputs(const std::vector<InputPicture>& pictures, const RunOptions& options) {
  std::vector<Job> jobs;
  jobs.reserve(pictures.size());
  for (const InputPicture& picture : pictures) {
    const fs::path name(picture.name);
    Job job;
    job.path = picture.path;
    job.name = picture.name;
    job.folder = name.has_parent_path() ? options.output / name.parent_path() : options.output;
    job.stem = OutputStem(name.filename().string(), options.keep_extension);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

[[noreturn]] void FailSameName(const Job& first, const Job& second) {
  const bool extension_helps = fs::path(first.name).filename() != fs::path(second.name).filename();
  throw Error(ErrorKind::kUsage,
              "pictures " + Quoted(first.path) + " and " + Quoted(second.path) +
                  " would both write " + Quoted(first.folder / (first.stem + ".*")),
              extension_helps ? "give --keep-ext to keep the extension in the output names"
                              : "run them one after the other, each with an --output of its own");
}

std::map<fs::path, JobsByStem> GroupByFolder(std::vector<Job>& jobs, const fs::path& output) {
  std::map<fs::path, JobsByStem> folders;
  for (Job& job : jobs) {
    const auto [other, is_new] = folders[job.folder].emplace(job.stem, &job);
    if (!is_new) FailSameName(*other->second, job);
    if (job.folder == output && job.stem == kRunStem) {
      throw Error(ErrorKind::kUsage,
                  "picture " + Quoted(job.path) + " would write " +
                      Quoted(output / kRunReportName) + ", the report of the whole run",
                  "give --keep-ext, or rename the picture");
    }
  }
  return folders;
}

// The names of all entries of an existing folder that are no folders themselves.
std::set<std::string> ListNames(const fs::path& folder) {
  std::set<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_symlink(ignored) || !entry->is_directory(ignored)) {
      names.insert(entry->path().filename().string());
    }
  }
  if (error) {
    throw Error(ErrorKind::kUsage, "cannot list output folder " + Quoted(folder) + ": " +
                                       SystemMessage(error.value()));
  }
  return names;
}

// What is known of an existing file in an output folder.
struct OldFile {
  Job* owner = nullptr;   // the job that may write or remove it
  bool is_stale = false;  // certainly an older output of the owner
};

// Whose file is "cat.1.gradcam.png": class 1 of cat.jpg, or the only class of cat.1.jpg? In a run
// with several classes a job's own names carry the index; otherwise they don't. A name that the run
// does not settle is left alone if a report says that it is another picture's.
OldFile Judge(const std::string& name, const JobsByStem& jobs, const std::set<std::string>& names,
              bool several_classes) {
  const auto parsed = ParseOutputName(name);
  if (!parsed) return {};
  const auto find = [&jobs](const std::string& stem) {
    const auto job = jobs.find(stem);
    return job == jobs.end() ? nullptr : job->second;
  };
  Job* plain = find(parsed->base);
  if (!IsPerClass(parsed->kind)) return {plain, plain != nullptr};
  const auto stem = WithoutClassIndex(parsed->base);
  Job* indexed = stem ? find(*stem) : nullptr;
  if (indexed != nullptr && (several_classes || plain == nullptr)) {
    const bool is_other_pictures =
        plain == nullptr && names.contains(OutputName(parsed->base, {}, FileKind::kReport));
    return {indexed, !is_other_pictures};
  }
  return {plain, plain != nullptr};
}

// Throws if an existing file that this run would replace is one of its inputs.
class InputGuard {
 public:
  explicit InputGuard(const std::vector<InputPicture>& pictures) : pictures_(&pictures) {}

  void Check(const fs::path& output) {
    const auto identity = IdentityOf(output);
    if (!identity) return;
    if (!identities_) {
      identities_.emplace();
      for (const InputPicture& picture : *pictures_) {
        if (const auto input = IdentityOf(picture.path)) identities_->insert(*input);
      }
    }
    if (identities_->contains(*identity)) {
      throw Error(ErrorKind::kUsage, "the run would replace its own input " + Quoted(output),
                  "give another --output");
    }
  }

 private:
  const std::vector<InputPicture>* pictures_;
  std::optional<std::set<FileIdentity>> identities_;  // taken only if needed
};

void CheckFolder(const fs::path& folder, const std::set<FileIdentity>& walked) {
  const auto identity = IdentityOf(folder);
  if (identity && walked.contains(*identity)) {
    throw Error(ErrorKind::kUsage,
                "output folder " + Quoted(folder) + " is a folder that pictures are read from",
                "give another --output");
  }
}

// Jobs that are all known.
class ListedJobs final : public JobSource {
 public:
  ListedJobs(std::vector<Job> jobs, std::vector<std::string> warnings)
      : jobs_(std::move(jobs)), warnings_(std::move(warnings)) {}

  [[nodiscard]] std::optional<JobOrFailure> Next(const std::stop_token& stop) override {
    if (stop.stop_requested() || next_ == jobs_.size()) return std::nullopt;
    return std::move(jobs_[next_++]);
  }

  [[nodiscard]] std::optional<std::size_t> total() const override { return jobs_.size(); }

  [[nodiscard]] std::vector<std::string> TakeWarnings() override {
    return std::exchange(warnings_, {});
  }

 private:
  std::vector<Job> jobs_;
  std::size_t next_ = 0;
  std::vector<std::string> warnings_;
};

// Throws if `output`, or the nearest of its parents that exists, is no folder.
void CheckOutputFolder(const fs::path& output) {
  std::error_code ignored;
  fs::path existing = output;
  while (!existing.empty() && !fs::exists(fs::status(existing, ignored))) {
    existing = existing.parent_path();
  }
  if (output.empty() || (!existing.empty() && !fs::is_directory(existing, ignored))) {
    throw Error(ErrorKind::kUsage,
                "output " + Quoted(output) + ": " + Quoted(existing) + " is not a folder",
                "give another --output");
  }
}

// A picture of the user may be called like an output: "cat.gradcam.png".
void RequireOwnPicture(const fs::path& file) {
  if (file.extension() == ".png" && IsForeignPicture(file)) {
    throw Error(ErrorKind::kUsage, Quoted(file) + " was not written by gradcam; not replaced",
                "give another --output");
  }
}

void FindOldFiles(const std::map<fs::path, JobsByStem>& folders, const RunOptions& options,
                  InputGuard& guard) {
  const bool several_classes = options.settings.explain.classes.size() > 1;
  for (const auto& [folder, jobs] : folders) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) continue;
    const std::set<std::string> names = ListNames(folder);
    for (const std::string& name : names) {
      const OldFile old = Judge(name, jobs, names, several_classes);
      if (old.owner == nullptr) continue;
      guard.Check(folder / name);
      if (old.is_stale) {
        RequireOwnPicture(folder / name);
        old.owner->stale.push_back(name);
      }
    }
  }
}

}  // namespace

Plan MakePlan(const RunOptions& options, std::istream& standard_input) {
  CheckOutputFolder(options.output);
  const auto output_identity = IdentityOf(options.output);
  for (const std::string& input : options.inputs) {
    if (output_identity && IdentityOf(input) == output_identity) {
      CheckFolder(options.output, {*output_identity});
    }
  }
  InputListing listing = ListInputs(options.inputs, output_identity, standard_input);
  if (listing.pictures.empty()) {
    if (!listing.failures.empty()) throw Error(ErrorKind::kUsage, listing.failures.front().error);
    throw Error(ErrorKind::kUsage, "no picture found",
                "a folder is searched for jpg, png, bmp, tiff, webp and pnm files");
  }

  std::vector<Job> jobs = NameOutputs(listing.pictures, options);
  const auto folders = GroupByFolder(jobs, options.output);
  for (const auto& [folder, by_stem] : folders) CheckFolder(folder, listing.folders);

  InputGuard guard(listing.pictures);
  const fs::path run_report = options.output / kRunReportName;
  guard.Check(run_report);
  if (IsForeignReport(run_report)) {
    throw Error(ErrorKind::kUsage, Quoted(run_report) + " was not written by gradcam; not replaced",
                "give another --output");
  }
  FindOldFiles(folders, options, guard);

  Plan plan;
  plan.jobs = std::make_unique<ListedJobs>(std::move(jobs), std::move(listing.warnings));
  plan.failures = std::move(listing.failures);
  plan.skipped = listing.skipped;
  return plan;
}

}  // namespace gradcam
