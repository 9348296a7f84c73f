#include "results/result_folder.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>

#include "core/file_handle.h"
#include "core/path_below.h"
#include "gradcam/error.h"
#include "report/report_file.h"
#include "report/text.h"
#include "results/result_lines.h"
#include "run/output_names.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReportSuffix = ".json";

// run.json, run.K-of-N.json
bool IsRunName(const std::string& name) {
  return name.ends_with(kReportSuffix) &&
         IsRunReport({.folder = "", .stem = name.substr(0, name.size() - kReportSuffix.size())});
}

class Walk {
 public:
  void Enter(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      if (!name.starts_with('.')) Visit(*entry, prefix, name);
    }
    if (!error) return;
    listing_.failures.push_back(
        {folder.string(),
         "cannot list folder " + Quoted(folder) + ": " + SystemMessage(error.value()), ""});
  }

  ResultListing TakeListing() {
    // A report of its own before a line, a later line before an earlier one.
    std::ranges::sort(listing_.reports, [](const ReportPlace& a, const ReportPlace& b) {
      return std::tuple(std::string_view(a.picture), a.size > 0, std::string_view(b.file),
                        b.offset) < std::tuple(std::string_view(b.picture), b.size > 0,
                                               std::string_view(a.file), a.offset);
    });
    const auto repeated = std::ranges::unique(listing_.reports, {}, &ReportPlace::picture);
    listing_.reports.erase(repeated.begin(), repeated.end());
    std::ranges::sort(listing_.runs);
    std::ranges::sort(listing_.lines);
    return std::move(listing_);
  }

  // Lines stand at the top of the folder only.
  [[nodiscard]] const std::vector<std::string>& lines() const { return listing_.lines; }

  void AddReports(std::vector<ReportPlace> places) {
    std::ranges::move(places, std::back_inserter(listing_.reports));
  }

  void AddFailure(Failure failure) { listing_.failures.push_back(std::move(failure)); }

 private:
  void Visit(const fs::directory_entry& entry, const std::string& prefix, const std::string& name) {
    std::error_code error;
    if (entry.is_directory(error) && !entry.is_symlink(error)) {
      Enter(entry.path(), prefix + name + "/");
    } else if (prefix.empty() && IsRunName(name)) {
      listing_.runs.push_back(name);
    } else if (prefix.empty() && IsLinesName(name)) {
      listing_.lines.push_back(name);
    } else if (name.ends_with(kReportSuffix)) {
      const std::string picture = prefix + name.substr(0, name.size() - kReportSuffix.size());
      listing_.reports.push_back({.picture = picture, .file = prefix + name});
    }
  }

  ResultListing listing_;
};

std::string OriginOf(const std::string& name) { return "report " + Quoted(name); }

std::string ReadText(const fs::path& file, const std::string& name) {
  try {
    return ReadReportFile(file);
  } catch (const std::system_error& error) {
    throw Error(ErrorKind::kInput,
                "cannot read " + OriginOf(name) + ": " + SystemMessage(error.code().value()));
  }
}

}  // namespace

ResultFolder::ResultFolder(const fs::path& folder) : path_(folder) {
  std::error_code error;
  canonical_ = fs::canonical(folder, error);
  if (!error && !fs::is_directory(canonical_, error)) {
    error = std::make_error_code(std::errc::not_a_directory);
  }
  if (error) {
    throw Error(ErrorKind::kUsage,
                "cannot read folder " + Quoted(folder) + ": " + SystemMessage(error.value()),
                "give the output folder of a run: gradcam ... --output DIR");
  }
}

ResultListing ResultFolder::List() const {
  Walk walk;
  walk.Enter(path_, "");
  for (const std::string& name : walk.lines()) {
    try {
      walk.AddReports(ReportsInLines(Inside(name), name));
    } catch (const Error& error) {
      walk.AddFailure({name, error.what(), error.hint()});
    }
  }
  return walk.TakeListing();
}

std::optional<StoredReport> ResultFolder::ReadReport(const ReportPlace& place) const {
  const bool is_line = place.size > 0;
  const std::string text =
      is_line ? ReadLine(Inside(place.file), place) : ReadText(Inside(place.file), place.file);
  try {
    StoredReport stored = ParseReport(text, OriginOf(is_line ? place.picture : place.file));
    if (!is_line) {
      stored.picture.report_file = fs::path(place.file).filename().string();
    } else if (OutputsOf(stored.picture) != place.picture) {
      throw Error(ErrorKind::kInput, OriginOf(place.picture) + ": its picture " +
                                         Quoted(stored.picture.image.file) +
                                         " leads out of the folder " + Quoted(path_));
    }
    stored.picture.folder = fs::path(place.picture).parent_path();
    return stored;
  } catch (const Error&) {
    if (IsForeignJson(text)) return std::nullopt;
    throw;
  }
}

StoredRun ResultFolder::ReadRun(const std::string& name) const {
  return ParseRun(ReadText(Inside(name), name), OriginOf(name));
}

fs::path ResultFolder::Inside(const std::string& name) const {
  const fs::path below(name);
  std::error_code error;
  const fs::path real = fs::weakly_canonical(canonical_ / below, error);
  if (below.is_absolute() || error || !IsBelow(real, canonical_)) {
    throw Error(ErrorKind::kInput, Quoted(below) + " leads out of the folder " + Quoted(path_));
  }
  return real;
}

fs::path ResultFolder::FileOf(const PictureReport& picture, const std::string& file) const {
  if (file.empty() || file == "." || file == ".." || file.find('/') != std::string::npos) {
    throw Error(ErrorKind::kInput, Quoted(file) + " leads out of the folder " + Quoted(path_));
  }
  // "caf\xE9.gradcam.png" stands in the report with U+FFFD; its bytes are those of the report's
  // own name or, in results.jsonl, of the picture's.
  const std::string stem = StemOf(picture);
  const std::string shown = ToUtf8(stem);
  const bool is_replaced = shown != stem && file.starts_with(shown);
  const std::string name = is_replaced ? stem + file.substr(shown.size()) : file;
  return Inside((picture.folder / name).string());
}

}  // namespace gradcam
