#include "compare/comparison.h"

#include <algorithm>
#include <functional>
#include <system_error>
#include <utility>
#include <vector>

#include "compare/compare_results.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "results/missing_shards.h"
#include "results/result_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWriteHint = "'gradcam --write json,raw' makes what compare needs";

bool Has(const PictureComparison& picture, FindingKind kind) {
  return std::ranges::find(picture.findings, kind, &Finding::kind) != picture.findings.end();
}

// Counts the pictures that pass through it.
class Counter {
 public:
  explicit Counter(const OnPicture& on_picture) : on_picture_(on_picture) {}

  void AddNote(const std::string& note) {
    constexpr std::size_t kMostNotes = 20;
    if (summary_.notes.size() < kMostNotes) summary_.notes.insert(note);
  }

  void Add(const PictureComparison& picture) {
    ++summary_.pictures;
    ++summary_.counts.at(static_cast<std::size_t>(picture.status));
    if (Has(picture, FindingKind::kMissing)) ++summary_.only_baseline;
    if (Has(picture, FindingKind::kExtra)) ++summary_.only_current;
    if (picture.failed) ++summary_.failed;
    if (!picture.same_model) ++summary_.other_model;
    for (const std::string& note : picture.notes) AddNote(note);
    AddExtremes(picture);
    on_picture_(picture);
  }

  CompareSummary Take() { return std::move(summary_); }

 private:
  // Keeps the first of equals, so that the answer does not depend on anything but the results.
  template <typename Worse>
  static void Keep(std::optional<Extreme>& extreme, double value, const std::string& name,
                   Worse worse) {
    if (!extreme || worse(value, extreme->value)) extreme = Extreme{value, name};
  }

  void AddExtremes(const PictureComparison& picture) {
    Extremes& extremes = summary_.extremes;
    if (picture.max_probability_difference) {
      Keep(extremes.probability_difference, *picture.max_probability_difference, picture.name,
           std::greater<>());
    }
    for (const ClassComparison& explained : picture.classes) {
      for (const MapComparison& map : explained.maps) {
        if (!map.measures) continue;
        Keep(extremes.max_difference, map.measures->max_difference, picture.name, std::greater<>());
        Keep(extremes.rmse, map.measures->rmse, picture.name, std::greater<>());
        Keep(extremes.correlation, map.measures->correlation, picture.name, std::less<>());
        Keep(extremes.iou, map.measures->iou, picture.name, std::less<>());
        Keep(extremes.peak_shift, map.measures->peak_shift, picture.name, std::greater<>());
      }
    }
  }

  const OnPicture& on_picture_;
  CompareSummary summary_;
};

// `side`: "BASELINE" or "CURRENT".
std::vector<ReportPlace> ReportsIn(const ResultFolder& folder, const std::string& side,
                                   Counter& counter) {
  ResultListing listing = folder.List();
  if (!listing.failures.empty()) throw Error(ErrorKind::kInput, listing.failures.front().error);
  for (const std::string& text : MissingShards(listing)) counter.AddNote(side + ": " + text);
  return std::move(listing.reports);
}

// Goes through both folders side by side; names that only one has come alone. No `baseline` is an
// empty one.
void CompareFolders(const ResultFolder* baseline, const ResultFolder& current,
                    const CompareOptions& options, Counter& counter) {
  const std::vector<ReportPlace> before =
      baseline != nullptr ? ReportsIn(*baseline, "BASELINE", counter) : std::vector<ReportPlace>();
  const std::vector<ReportPlace> after = ReportsIn(current, "CURRENT", counter);
  auto old_place = before.begin();
  auto new_place = after.begin();
  while (old_place != before.end() || new_place != after.end()) {
    const bool has_new = new_place != after.end();
    const bool has_old = old_place != before.end();
    const bool takes_old = has_old && (!has_new || old_place->picture <= new_place->picture);
    const bool takes_new = has_new && (!has_old || new_place->picture <= old_place->picture);
    using Source = std::optional<ResultSource>;
    const auto picture =
        CompareResults(takes_old ? old_place->picture : new_place->picture,
                       takes_old ? Source({baseline, *old_place}) : std::nullopt,
                       takes_new ? Source({&current, *new_place}) : std::nullopt, options);
    if (picture) counter.Add(*picture);
    if (takes_old) ++old_place;
    if (takes_new) ++new_place;
  }
}

[[noreturn]] void FailEmpty(const fs::path& folder) {
  throw Error(ErrorKind::kUsage, "folder " + Quoted(folder) + " holds no report of a picture",
              kWriteHint);
}

bool IsFolder(const fs::path& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    throw Error(ErrorKind::kUsage, "no such file or folder: " + Quoted(path), kWriteHint);
  }
  return fs::is_directory(status);
}

struct ReportFile {
  ResultFolder folder;
  ReportPlace place;

  explicit ReportFile(const fs::path& path)
      : folder(path.has_parent_path() ? path.parent_path() : fs::path(".")),
        place{.picture = path.stem().string(), .file = path.filename().string()} {}
};

void CompareReports(const fs::path& baseline, const fs::path& current,
                    const CompareOptions& options, Counter& counter) {
  const ReportFile before(baseline);
  const ReportFile after(current);
  const auto picture =
      CompareResults(after.place.picture, ResultSource{&before.folder, before.place},
                     ResultSource{&after.folder, after.place}, options);
  const bool lacks_baseline = !picture || Has(*picture, FindingKind::kExtra);
  if (lacks_baseline || Has(*picture, FindingKind::kMissing)) {
    throw Error(ErrorKind::kUsage,
                Quoted(lacks_baseline ? baseline : current) + " is no report of gradcam");
  }
  counter.Add(*picture);
}

}  // namespace

CompareSummary Compare(const fs::path& baseline, const fs::path& current,
                       const CompareOptions& options, EmptyBaseline empty_baseline,
                       const OnPicture& on_picture) {
  Counter counter(on_picture);
  std::error_code ignored;
  const bool may_lack = empty_baseline == EmptyBaseline::kAllowed;
  const bool has_baseline = !may_lack || fs::exists(baseline, ignored);
  const bool current_is_folder = IsFolder(current);
  if (has_baseline && IsFolder(baseline) != current_is_folder) {
    throw Error(ErrorKind::kUsage,
                Quoted(current_is_folder ? current : baseline) + " is a folder, " +
                    Quoted(current_is_folder ? baseline : current) + " a file",
                "give two folders of results, or two reports");
  }
  if (!current_is_folder) {
    CompareReports(baseline, current, options, counter);
    return counter.Take();
  }
  std::optional<ResultFolder> baseline_folder;
  if (has_baseline) baseline_folder.emplace(baseline);
  CompareFolders(baseline_folder ? &*baseline_folder : nullptr, ResultFolder(current), options,
                 counter);
  CompareSummary summary = counter.Take();
  if (summary.pictures == summary.only_baseline) FailEmpty(current);
  if (!may_lack && summary.pictures == summary.only_current) FailEmpty(baseline);
  return summary;
}

}  // namespace gradcam
