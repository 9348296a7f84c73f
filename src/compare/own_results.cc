#include "compare/own_results.h"

#include <optional>
#include <system_error>
#include <vector>

#include "gradcam/error.h"
#include "results/result_lines.h"
#include "run/output_names.h"
#include "run/own_report.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

bool IsMap(FileKind kind) {
  return kind == FileKind::kGradcamRaw || kind == FileKind::kSaliencyRaw ||
         kind == FileKind::kGradcamMap || kind == FileKind::kSaliencyMap;
}

}  // namespace

OwnResults::OwnResults(const fs::path& folder) : folder_(folder) {
  const ResultFolder results(folder);
  const ResultListing listing = results.List();
  for (const ReportPlace& place : listing.reports) AddReport(results, place);
}

void OwnResults::AddReport(const ResultFolder& results, const ReportPlace& place) {
  try {
    const std::optional<StoredReport> report = results.ReadReport(place);
    if (!report) return;
    pictures_.insert(place.picture);
    AddFiles(results, report->picture);
  } catch (const Error&) {
    // Of another version, or behind a link that leads out of the folder.
    const bool is_file = place.size == 0;
    if (is_file && !IsForeignReport(folder_ / place.file)) pictures_.insert(place.picture);
  }
}

void OwnResults::AddFiles(const ResultFolder& results, const PictureReport& picture) {
  for (const OutputFile& file : FilesOf(picture)) {
    try {
      files_.insert(results.FileOf(picture, file.name).string());
    } catch (const Error&) {
      continue;  // a name that leads out of the folder makes nobody's file a result
    }
  }
}

bool OwnResults::Contain(const fs::path& file) const {
  std::error_code error;
  const fs::path real = fs::canonical(file, error);
  if (error) return false;
  const std::string name = file.filename().string();
  if (file.parent_path() == folder_ && IsLinesName(name)) {
    return !ReportsInLines(file, name).empty();
  }
  const std::optional<ParsedName> parsed = ParseOutputName(name);
  if (!parsed) return false;
  if (parsed->kind == FileKind::kReport) return !IsForeignReport(file);
  if (files_.contains(real.string())) return true;
  return IsMap(parsed->kind) ? HasReport(file, parsed->base) : !IsForeignPicture(file);
}

bool OwnResults::HasReport(const fs::path& file, const std::string& base) const {
  const fs::path folder = file.parent_path().lexically_relative(folder_);
  const auto has = [&](const std::string& stem) {
    return pictures_.contains((folder / stem).lexically_normal().string());
  };
  const std::optional<IndexedStem> indexed = SplitClassIndex(base);
  return has(base) || (indexed && has(indexed->stem));
}

}  // namespace gradcam
