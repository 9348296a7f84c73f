#include "run/streamed_jobs.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "gradcam/error.h"
#include "report/text.h"
#include "run/ground_truth.h"
#include "run/inputs/file_identity.h"
#include "run/inputs/picture_list.h"
#include "run/output_checks.h"
#include "run/sha256.h"

namespace gradcam {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "list on stdin";

// What StaleFiles knows the pictures of a stream by, whose number nobody knows before they come.
// Two stems that share a hash do no harm: a name that is made of the wrong one leads to no file.
std::size_t HashOf(const std::string& stem) { return std::hash<std::string>{}(stem); }

// Whose an old file is, as PictureByStem numbers them.
constexpr std::size_t kThisPicture = 0;
constexpr std::size_t kEarlierPicture = 1;

// "cat.7.panel.png" may be an output of cat.7.jpg or, for class 7, of cat.jpg.
StaleFiles OldFilesIn(const fs::path& folder) {
  StaleFiles files;
  ForEachFile(folder, [&files](const std::string& name) {
    const auto parsed = ParseOutputName(name);
    if (!parsed) return;
    files.Add({HashOf(parsed->base), std::nullopt, parsed->ending});
    const auto indexed = IsPerClass(parsed->kind) ? SplitClassIndex(parsed->base) : std::nullopt;
    if (indexed) files.Add({HashOf(indexed->stem), indexed->index, parsed->ending});
  });
  return files;
}

}  // namespace

StreamedJobs::StreamedJobs(const RunOptions& options, int descriptor)
    : options_(options),
      naming_(options.root),
      result_pictures_(options.output),
      reader_(kName, descriptor, options.null_separated ? '\0' : '\n'),
      first_(reader_.Next({})) {
  if (!first_) throw Error(ErrorKind::kUsage, "no picture found", "the list on stdin is empty");
}

std::optional<JobOrFailure> StreamedJobs::Next(const InputWait& wait) {
  try {
    while (const auto entry = first_ ? std::exchange(first_, std::nullopt) : reader_.Next(wait)) {
      if (auto next = JobOrFailureOf(*entry)) return next;
    }
  } catch (const Error& error) {
    return Failure{"@-", error.what(), error.hint()};
  }
  return std::nullopt;
}

std::optional<JobOrFailure> StreamedJobs::JobOrFailureOf(const ListEntry& entry) {
  try {
    return JobOf(entry);
  } catch (const Error& error) {
    return Failure{
        entry.path,
        std::string(kName) + ", line " + std::to_string(entry.line) + ": " + error.what(),
        error.hint()};
  }
}

std::vector<std::string> StreamedJobs::TakeWarnings() { return std::exchange(warnings_, {}); }

// Nothing if the picture was there before.
std::optional<Job> StreamedJobs::JobOf(const ListEntry& entry) {
  if (result_pictures_.Contain(entry.path)) throw ResultAsInput(entry.path);
  const fs::path absolute = naming_.Absolute(entry.path);
  Job job;
  job.path = entry.path;
  job.name = naming_.NameOf(absolute);
  job.truth = entry.truth;
  RequireTruth({job.path, job.name, job.truth}, options_);
  if (job.truth && labels_) CheckClass(*job.truth, *labels_);
  OutputPlace place = PlaceOf(job.name, options_.keep_extension);
  if (IsRunReport(place)) FailRunReport(job.path, place.stem);
  if (!Take(place, absolute)) return std::nullopt;
  job.folder = FolderOf(options_.output, place.folder);
  job.stale = StaleNames(place, job);
  job.stem = std::move(place.stem);
  return job;
}

bool StreamedJobs::Take(const OutputPlace& place, const fs::path& absolute) {
  const Digest picture = DigestOf(absolute.string());
  const Digest key = DigestOf(place.Key());
  const auto owner = taken_.find(key);
  if (owner == taken_.end()) {
    const auto blocked = blocked_.find(key);
    if (blocked != blocked_.end()) FailFolderAndFile(absolute, options_.output / blocked->second);
    TakeFolders(place, absolute);
    taken_.emplace(key, picture);
    return true;
  }
  if (owner->second == picture) {
    warnings_.push_back(Quoted(absolute) + " is given more than once; done once");
    return false;
  }
  throw Error(ErrorKind::kUsage,
              "picture " + Quoted(absolute) + " would write " +
                  Quoted(FolderOf(options_.output, place.folder) / (place.stem + ".*")) +
                  ", as an earlier picture does",
              "--keep-ext keeps the extension in the output names");
}

// `place` needs them as folders: they are files of no picture.
void StreamedJobs::TakeFolders(const OutputPlace& place, const fs::path& absolute) {
  for (const std::string& path : FoldersTo(place.folder)) {
    const auto writer = PlaceThatWrites(path, options_.settings);
    const bool is_file = IsFileOfRuns(path) || (writer && taken_.contains(DigestOf(writer->Key())));
    if (is_file) FailFolderAndFile(absolute, options_.output / path);
    if (writer) blocked_.emplace(DigestOf(writer->Key()), path);
  }
}

// Older outputs of the picture. Those in the folder are listed once, before anything is written
// into it, so that none of this run is among them.
std::vector<std::string> StreamedJobs::StaleNames(const OutputPlace& place, const Job& job) {
  auto folder = old_files_.find(place.folder);
  if (folder == old_files_.end()) {
    folder = old_files_.emplace(place.folder, OldFilesIn(job.folder)).first;
  }
  const auto find = [&](const std::string& stem) -> std::optional<std::size_t> {
    if (stem == place.stem) return kThisPicture;
    const bool is_taken = taken_.contains(DigestOf(OutputPlace{place.folder, stem}.Key()));
    return is_taken ? std::optional(kEarlierPicture) : std::nullopt;
  };
  const bool several_classes = options_.settings.explain.classes.size() > 1;
  const auto picture = IdentityOf(job.path);
  std::vector<std::string> stale;
  for (std::string& name : folder->second.NamesOf(HashOf(place.stem), place.stem)) {
    const auto old = JudgeOldFile(job.folder, name, find, several_classes);
    if (!old || old->picture != kThisPicture) continue;
    if (picture && picture == IdentityOf(job.folder / name)) FailOwnInput(job.folder / name);
    if (!old->is_stale) continue;
    RequireOwnPicture(job.folder / name);
    stale.push_back(std::move(name));
  }
  return stale;
}

StreamedJobs::Digest StreamedJobs::DigestOf(const std::string& text) {
  const Sha256::Digest whole = Sha256DigestOf(text);
  Digest half{};
  std::copy_n(whole.begin(), half.size(), half.begin());
  return half;
}

}  // namespace gradcam
