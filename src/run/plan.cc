#include "run/plan.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "gradcam/error.h"
#include "report/text.h"
#include "run/ground_truth.h"
#include "run/inputs/inputs.h"
#include "run/inputs/key_index.h"
#include "run/listed_jobs.h"
#include "run/old_outputs.h"
#include "run/output_checks.h"
#include "run/output_names.h"
#include "run/result_pictures.h"
#include "run/streamed_jobs.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// "@-" by itself: a list whose end nobody waits for.
bool IsStream(const RunOptions& options) {
  return options.inputs == std::vector<std::string>{"@-"};
}

void CheckListOptions(const RunOptions& options) {
  if (!HasList(options.inputs)) {
    const char* hint = "lists are given as @list.txt, or @- for stdin";
    if (options.root) throw Error(ErrorKind::kUsage, "--root is for lists of pictures", hint);
    if (options.null_separated) {
      throw Error(ErrorKind::kUsage, "--null is for lists of pictures", hint);
    }
  }
  if (options.shard && IsStream(options)) {
    throw Error(ErrorKind::kUsage, "a list on stdin cannot be split with --shard",
                "write it to a file, and give that as @FILE");
  }
}

void CheckFolder(const fs::path& folder, const std::vector<FileIdentity>& walked) {
  const auto identity = IdentityOf(folder);
  if (identity && std::binary_search(walked.begin(), walked.end(), *identity)) {
    throw Error(ErrorKind::kUsage,
                "output folder " + Quoted(folder) + " is a folder that pictures are read from",
                "give another --output");
  }
}

void RefuseResults(PictureList& pictures, const fs::path& output) {
  const ResultPictures results(output);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (results.Contain(pictures.PathOf(i))) pictures.Refuse(i);
  }
}

void RequirePictures(const InputListing& listing) {
  const PictureList& pictures = listing.pictures;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!pictures.IsRefused(i)) return;
  }
  if (!listing.failures.empty()) {
    const Failure& first = listing.failures.front();
    throw Error(ErrorKind::kUsage, first.error, first.hint);
  }
  if (pictures.size() > 0) throw ResultAsInput(pictures.PathOf(0));
  throw Error(ErrorKind::kUsage, "no picture found",
              "a folder is searched for jpg, png, bmp, tiff, webp and pnm files; a list names one "
              "picture a line");
}

// Throws if an existing file that this run would replace is one of the inputs that it explains.
class InputGuard {
 public:
  explicit InputGuard(const PictureList& pictures) : pictures_(&pictures) {}

  void Check(const fs::path& output) {
    const auto identity = IdentityOf(output);
    if (!identity) return;
    if (!identities_) identities_ = Identities();
    if (std::binary_search(identities_->begin(), identities_->end(), *identity)) {
      FailOwnInput(output);
    }
  }

 private:
  [[nodiscard]] std::vector<FileIdentity> Identities() const {
    std::vector<FileIdentity> identities;
    identities.reserve(pictures_->size());
    for (std::size_t i = 0; i < pictures_->size(); ++i) {
      if (pictures_->IsRefused(i)) continue;
      if (const auto input = IdentityOf(pictures_->PathOf(i))) identities.push_back(*input);
    }
    std::sort(identities.begin(), identities.end());
    return identities;
  }

  const PictureList* pictures_;
  std::optional<std::vector<FileIdentity>> identities_;  // taken only if needed
};

// Where the outputs of the pictures of a list stand; those that are refused have none.
class OutputMap {
 public:
  OutputMap(const PictureList& pictures, const RunOptions& options)
      : pictures_(&pictures),
        options_(&options),
        by_place_(pictures.size(), KeyOfPlace(&OutputPlace::Key)) {
    for (const auto& [item, first] : by_place_.Repeated()) FailSameName(first, item);
  }
  OutputMap(const OutputMap&) = delete;
  OutputMap& operator=(const OutputMap&) = delete;

  // The folders written into, below the output folder.
  [[nodiscard]] std::vector<std::string> Folders() const {
    const KeyIndex by_folder(pictures_->size(), KeyOfPlace(&OutputPlace::folder));
    std::vector<std::string> folders;
    for (const std::size_t i : by_folder.Firsts()) folders.push_back(PlaceAt(i).folder);
    std::sort(folders.begin(), folders.end());
    return folders;
  }

  [[nodiscard]] std::optional<std::size_t> Find(const OutputPlace& place) const {
    return by_place_.Find(place.Key());
  }

  // Throws if a picture would write what is the run's.
  void CheckFilesOfRuns() const {
    for (std::size_t i = 0; i < pictures_->size(); ++i) {
      if (pictures_->IsRefused(i)) continue;
      const OutputPlace place = PlaceAt(i);
      if (IsRunReport(place)) FailRunReport(pictures_->PathOf(i), place.stem);
      const std::string top = place.folder.substr(0, place.folder.find('/'));
      if (IsFileOfRuns(top)) FailFolderAndFile(pictures_->PathOf(i), options_->output / top);
    }
  }

  // Throws if one of `folders`, or a folder that it stands in, is a file of a picture.
  void CheckFolders(const std::vector<std::string>& folders) const {
    for (const std::string& folder : folders) {
      for (const std::string& path : FoldersTo(folder)) {
        const auto place = PlaceThatWrites(path, options_->settings);
        const auto writer = place ? Find(*place) : std::nullopt;
        if (writer) FailFolderAndFile(pictures_->PathOf(*writer), options_->output / path);
      }
    }
  }

 private:
  // `part`: what tells places apart.
  template <typename Part>
  [[nodiscard]] KeyIndex::KeyOf KeyOfPlace(Part part) const {
    return [this, part](std::size_t i) -> std::optional<std::string> {
      if (pictures_->IsRefused(i)) return std::nullopt;
      return std::invoke(part, PlaceAt(i));
    };
  }

  [[nodiscard]] OutputPlace PlaceAt(std::size_t i) const {
    return PlaceOf(pictures_->NameOf(i), options_->keep_extension);
  }

  [[noreturn]] void FailSameName(std::size_t first, std::size_t second) const {
    const OutputPlace place = PlaceAt(first);
    const bool extension_helps = fs::path(pictures_->NameOf(first)).filename() !=
                                 fs::path(pictures_->NameOf(second)).filename();
    throw Error(ErrorKind::kUsage,
                "pictures " + Quoted(pictures_->PathOf(first)) + " and " +
                    Quoted(pictures_->PathOf(second)) + " would both write " +
                    Quoted(FolderOf(options_->output, place.folder) / (place.stem + ".*")),
                extension_helps
                    ? "give --keep-ext to keep the extension in the output names"
                    : "give them in a list, whose entries keep their folders (--root), or run them "
                      "one after the other, each with an --output of its own");
  }

  const PictureList* pictures_;
  const RunOptions* options_;
  KeyIndex by_place_;
};

void CheckTruth(const PictureList& pictures, const RunOptions& options) {
  if (!NeedsTruth(options)) return;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!pictures.IsRefused(i) && pictures.ClassOf(i) < 0) RequireTruth(pictures[i], options);
  }
}

bool IsInShard(std::size_t picture, const std::optional<Shard>& shard) {
  return !shard || picture % shard->count == shard->number - 1;
}

// In `folders`, which are those of `outputs`.
StaleFiles FindOldFiles(const OutputMap& outputs, const std::vector<std::string>& folders,
                        const RunOptions& options, InputGuard& guard) {
  const bool several_classes = options.settings.explain.classes.size() > 1;
  StaleFiles stale;
  for (const std::string& below : folders) {
    const fs::path folder = FolderOf(options.output, below);
    const auto find = [&](const std::string& stem) { return outputs.Find({below, stem}); };
    ForEachFile(folder, [&](const std::string& name) {
      const auto old = JudgeOldFile(folder, name, find, several_classes);
      if (!old || !IsInShard(old->picture, options.shard)) return;
      guard.Check(folder / name);
      if (!old->is_stale) return;
      RequireOwnPicture(folder / name);
      stale.Add(*old);
    });
  }
  return stale;
}

}  // namespace

Plan MakePlan(const RunOptions& options, int standard_input) {
  CheckListOptions(options);
  RequireFolder(options.output);
  const auto output_identity = IdentityOf(options.output);
  for (const std::string& input : options.inputs) {
    if (output_identity && IdentityOf(input) == output_identity) {
      CheckFolder(options.output, {*output_identity});
    }
  }
  const fs::path run_report = options.output / RunReportName(options.shard);
  Plan plan;
  if (IsStream(options)) {
    RequireOwnReport(run_report);
    plan.jobs = std::make_unique<StreamedJobs>(options, standard_input);
    return plan;
  }

  InputListing listing = ListInputs({options.inputs, options.root, options.null_separated},
                                    output_identity, standard_input);
  RefuseResults(listing.pictures, options.output);
  RequirePictures(listing);
  const OutputMap outputs(listing.pictures, options);
  outputs.CheckFilesOfRuns();
  CheckTruth(listing.pictures, options);
  const std::vector<std::string> folders = outputs.Folders();
  outputs.CheckFolders(folders);
  for (const std::string& folder : folders) {
    CheckFolder(FolderOf(options.output, folder), listing.folders);
  }
  InputGuard guard(listing.pictures);
  guard.Check(run_report);
  RequireOwnReport(run_report);
  StaleFiles stale = FindOldFiles(outputs, folders, options, guard);

  plan.failures = std::move(listing.failures);
  plan.skipped = listing.skipped;
  plan.jobs = std::make_unique<ListedJobs>(std::move(listing.pictures), std::move(stale),
                                           std::move(listing.warnings), options);
  return plan;
}

}  // namespace gradcam
