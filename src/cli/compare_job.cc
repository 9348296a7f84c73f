#include "cli/compare_job.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <optional>
#include <string>

#include "compare/baseline_update.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "compare/comparison_text.h"
#include "compare/difference_pictures.h"
#include "compare/junit_file.h"
#include "compare/worst.h"
#include "gradcam/error.h"
#include "page/comparison_page.h"
#include "report/text.h"
#include "run/make_folder.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::string TitleOf(const CompareArguments& arguments) {
  return arguments.current.string() + " against " + arguments.baseline.string();
}

// Why a picture of CURRENT must not become a baseline: nothing could be compared with it.
struct Unfit {
  std::string picture;
  std::string reason;
  std::string hint;
};

std::optional<Unfit> UnfitBaseline(const PictureComparison& picture) {
  const auto broken = std::ranges::find_if(picture.findings, [](const Finding& finding) {
    return finding.side == Side::kCurrent && finding.kind >= FindingKind::kNonfinite;
  });
  if (broken != picture.findings.end()) {
    return Unfit{picture.name, broken->text, "make CURRENT anew"};
  }
  if (picture.current_has_maps) return std::nullopt;
  return Unfit{picture.name, "it has no maps to compare", "make CURRENT with --write json,raw"};
}

// Takes the pictures of a comparison as they come and writes what was asked for. Of those that are
// not the same, no more is kept than is told.
class Collector {
 public:
  explicit Collector(const CompareArguments& arguments) : arguments_(arguments) {
    if (arguments.diff_dir) MakeFolder(*arguments.diff_dir);
    if (arguments.junit) junit_.emplace(*arguments.junit, "gradcam compare");
    if (arguments.html) page_.emplace(*arguments.html);
    if (arguments.talk.json) json_.emplace();
  }

  void Take(const PictureComparison& picture) {
    if (junit_) junit_->Add(picture);
    if (page_) page_->Add(picture);
    if (picture.failed && arguments_.diff_dir) {
      WriteDifferencePictures(picture, *arguments_.diff_dir);
    }
    if (!unfit_) unfit_ = UnfitBaseline(picture);
    if (picture.status == FindingKind::kSame) return;
    if (json_) {
      json_->Add(picture);
    } else if (rows_.Takes(picture)) {
      rows_.Add(WithoutMaps(picture));
    }
  }

  void Finish(const CompareSummary& summary) {
    if (junit_) junit_->Commit();
    if (page_) (void)page_->Write(TitleOf(arguments_), summary);
  }

  void Tell(const CompareSummary& summary, Verbosity verbosity, std::ostream& out) {
    if (json_) {
      const ComparedPaths paths{arguments_.baseline.string(), arguments_.current.string()};
      json_->Write(summary, paths, arguments_.options.limits, out);
    } else if (verbosity != Verbosity::kQuiet) {
      WriteText(rows_.Sorted(), summary, out);
    }
  }

  // The first picture of CURRENT that must not become a baseline.
  [[nodiscard]] const std::optional<Unfit>& unfit() const { return unfit_; }

 private:
  const CompareArguments& arguments_;
  std::optional<JunitFile> junit_;
  std::optional<ComparisonPage> page_;
  std::optional<ComparisonJson> json_;
  Worst<PictureComparison, std::identity{}> rows_{kMostRows};
  std::optional<Unfit> unfit_;
};

ExitCode CodeOf(const CompareSummary& summary) {
  if (summary.count(FindingKind::kUnreadable) + summary.count(FindingKind::kIncompatible) > 0) {
    return kExitNothingDone;
  }
  return summary.failed > 0 ? kExitSomeFailed : kExitDone;
}

// What an update replaces can be seen nowhere else afterwards.
void RequireTold(const std::ostream& out) {
  if (out) return;
  throw Error(ErrorKind::kOutput, "BASELINE is not updated: what changed could not be printed",
              "is the disk full, or its reader gone? --quiet prints nothing");
}

void Update(const CompareArguments& arguments, const Collector& collector,
            const CompareSummary& summary, const Messages& messages) {
  if (const std::optional<Unfit>& unfit = collector.unfit()) {
    throw Error(ErrorKind::kInput,
                "BASELINE is not updated, '" + Printable(unfit->picture) +
                    "' must not become a baseline: " + unfit->reason,
                unfit->hint);
  }
  for (const fs::path& folder : UpdateBaseline(arguments.baseline, arguments.current)) {
    messages.PrintWarning("cannot remove " + Quoted(folder) + ", which an update has left");
  }
  const std::uint64_t pictures = summary.pictures - summary.only_baseline;
  messages.PrintNote("BASELINE " + Quoted(arguments.baseline) + " is now CURRENT: " +
                     std::to_string(pictures) + (pictures == 1 ? " picture" : " pictures"));
}

}  // namespace

ExitCode CompareResultFolders(const CompareArguments& arguments, const Messages& messages) {
  if (arguments.update && !fs::is_directory(arguments.current)) {
    throw Error(ErrorKind::kUsage,
                "option --update: CURRENT " + Quoted(arguments.current) + " is no folder");
  }
  Collector collector(arguments);
  const CompareSummary summary =
      Compare(arguments.baseline, arguments.current, arguments.options,
              arguments.update ? EmptyBaseline::kAllowed : EmptyBaseline::kRefused,
              [&collector](const PictureComparison& picture) { collector.Take(picture); });
  collector.Finish(summary);
  collector.Tell(summary, messages.verbosity(), std::cout);
  if (!arguments.update) return CodeOf(summary);
  RequireTold(std::cout.flush());
  Update(arguments, collector, summary, messages);
  return kExitDone;
}

}  // namespace gradcam
