#include "compare/side_reader.h"

#include <utility>

#include "compare/prediction_comparison.h"
#include "gradcam/error.h"

namespace gradcam {

ReportReading SideReader::ReadReport() {
  try {
    std::optional<StoredReport> report = source_.folder->ReadReport(source_.place);
    const bool is_foreign = !report;
    return {std::move(report), is_foreign};
  } catch (const OtherSchemaVersion& error) {
    Add({.kind = FindingKind::kIncompatible, .text = error.what()});
  } catch (const Error& error) {
    Add({.kind = FindingKind::kUnreadable, .text = error.what()});
  }
  return {};
}

void SideReader::CheckPredictions(const StoredReport& report) {
  std::optional<Finding> finding = NonfinitePrediction(report.picture, side_);
  if (finding) AddFinding(picture_, *std::move(finding), options_);
}

std::optional<ResultMapValues> SideReader::ReadMap(const StoredReport& report,
                                                   const ClassReport& explained, MapKind kind,
                                                   MapForm form) {
  Finding finding{.text = {}, .class_index = explained.prediction.index, .map = kind};
  try {
    ResultMapValues values = ReadResultMap(*source_.folder, report, explained, kind, form);
    if (values.status != MapStatus::kNonfinite) return values;
    finding.kind = FindingKind::kNonfinite;
    finding.text = MapName(explained.prediction, kind) + " holds NaN or an infinity";
  } catch (const Error& error) {
    finding.kind = FindingKind::kUnreadable;
    finding.text = error.what();
  }
  Add(std::move(finding));
  return std::nullopt;
}

void SideReader::Add(Finding finding) {
  finding.side = side_;
  finding.text = (side_ == Side::kBaseline ? "BASELINE: " : "CURRENT: ") + finding.text;
  AddFinding(picture_, std::move(finding), options_);
}

}  // namespace gradcam
