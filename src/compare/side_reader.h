#pragma once

#include <optional>
#include <utility>

#include "compare/picture_comparison.h"
#include "compare/result_maps.h"
#include "report/parse_report.h"
#include "results/report_place.h"
#include "results/result_folder.h"

namespace gradcam {

// Where one side's report of a picture stands.
struct ResultSource {
  const ResultFolder* folder = nullptr;
  ReportPlace place;
};

// What reading a report came to.
struct ReportReading {
  std::optional<StoredReport> report;  // empty if it is unreadable
  bool is_foreign = false;             // another program's JSON: no result at all
};

// Reads one side of a comparison. What is wrong with it becomes a finding of `picture`.
class SideReader {
 public:
  // `options` and `picture` must outlive the reader.
  SideReader(Side side, ResultSource source, const CompareOptions& options,
             PictureComparison& picture)
      : side_(side), source_(std::move(source)), options_(options), picture_(picture) {}

  [[nodiscard]] Side side() const { return side_; }

  [[nodiscard]] ReportReading ReadReport();

  // A number of the predictions that is not finite becomes a finding.
  void CheckPredictions(const StoredReport& report);

  // A map that is there; nothing, and a finding, if it is unreadable or holds a number that is not
  // finite.
  [[nodiscard]] std::optional<ResultMapValues> ReadMap(const StoredReport& report,
                                                       const ClassReport& explained, MapKind kind,
                                                       MapForm form);

 private:
  void Add(Finding finding);

  Side side_;
  ResultSource source_;
  const CompareOptions& options_;
  PictureComparison& picture_;
};

}  // namespace gradcam
