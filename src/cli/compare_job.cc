#include "cli/compare_job.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compare/baseline_update.h"
#include "compare/comparison.h"
#include "compare/comparison_json.h"
#include "compare/comparison_text.h"
#include "compare/difference_pictures.h"
#include "compare/junit_file.h"
#include "gradcam/error.h"
#include "page/comparison_page.h"
#include "report/json_text.h"
#include "report/text.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

std::string TitleOf(const CompareArguments& arguments) {
  return arguments.current.string() + " against " + arguments.baseline.string();
}

// Takes the pictures of a comparison as they come: writes what was asked for and keeps those that
// are not the same.
class Collector {
 public:
  explicit Collector(const CompareArguments& arguments) : arguments_(arguments) {
    if (arguments.junit) junit_.emplace(*arguments.junit, "gradcam compare");
    if (arguments.html) page_.emplace();
  }

  void Take(const PictureComparison& picture) {
    if (junit_) junit_->Add(picture);
    if (page_) page_->Add(picture);
    if (picture.failed && arguments_.diff_dir) {
      WriteDifferencePictures(picture, *arguments_.diff_dir);
    }
    if (picture.status != FindingKind::kSame) different_.push_back(WithoutMaps(picture));
  }

  void Finish(const CompareSummary& summary) {
    if (junit_) junit_->Commit();
    if (page_ && arguments_.html)
      (void)page_->Write(*arguments_.html, TitleOf(arguments_), summary);
  }

  [[nodiscard]] const std::vector<PictureComparison>& different() const { return different_; }

 private:
  const CompareArguments& arguments_;
  std::optional<JunitFile> junit_;
  std::optional<ComparisonPage> page_;
  std::vector<PictureComparison> different_;
};

ExitCode CodeOf(const CompareSummary& summary) {
  if (summary.count(FindingKind::kUnreadable) + summary.count(FindingKind::kIncompatible) > 0) {
    return kExitNothingDone;
  }
  return summary.failed > 0 ? kExitSomeFailed : kExitDone;
}

// A result of CURRENT that this program cannot read must not become the baseline.
void RequireReadable(const std::vector<PictureComparison>& different) {
  for (const PictureComparison& picture : different) {
    const auto broken =
        std::find_if(picture.findings.begin(), picture.findings.end(), [](const Finding& finding) {
          return finding.side == Side::kCurrent && finding.kind >= FindingKind::kNonfinite;
        });
    if (broken != picture.findings.end()) {
      throw Error(ErrorKind::kInput,
                  "BASELINE is not updated, '" + Printable(picture.name) +
                      "' must not become a baseline: " + broken->text,
                  "make CURRENT anew");
    }
  }
}

void Update(const CompareArguments& arguments, const Collector& collector,
            const CompareSummary& summary, const Messages& messages) {
  RequireReadable(collector.different());
  UpdateBaseline(arguments.baseline, arguments.current);
  const std::uint64_t pictures = summary.pictures - summary.count(FindingKind::kMissing);
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
  if (arguments.talk.json) {
    const ComparedPaths paths{arguments.baseline.string(), arguments.current.string()};
    std::cout << JsonText(ToJson(collector.different(), summary, paths, arguments.options.limits));
  } else if (messages.verbosity() != Verbosity::kQuiet) {
    WriteText(collector.different(), summary, std::cout);
  }
  if (!arguments.update) return CodeOf(summary);
  std::cout.flush();
  Update(arguments, collector, summary, messages);
  return kExitDone;
}

}  // namespace gradcam
