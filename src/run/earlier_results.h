#pragma once

#include <optional>
#include <string>
#include <utility>

#include "report/parse_report.h"
#include "run/job_source.h"
#include "run/results_file.h"
#include "run/run_options.h"

namespace gradcam {

// The report of a picture that an earlier run has done.
struct EarlierReport {
  std::string text;  // JSON, with any white space
  StoredReport stored;
};

// What earlier runs left in the output folder, for --resume.
class EarlierResults {
 public:
  // `run`: model digest, settings and their digest of this run. `lines`: results.jsonl, where the
  // settings ask for no report a picture; must outlive it. `only`: of this run.
  EarlierResults(RunContext run, const ResultsFile* lines, Only only = Only::kAll)
      : run_(std::move(run)), lines_(lines), only_(only) {}

  // The report of `job`, if it is complete: all files are there, made from a picture with this
  // digest, by the same model with the same settings, and `only` keeps it. May be called by several
  // threads at once.
  [[nodiscard]] std::optional<EarlierReport> Find(const Job& job,
                                                  const std::string& picture_sha256) const;

  // Throws Error(kOutput) if files of a report that was found are no longer there, and
  // Error(kInput) if their disk does not say.
  void RequireFiles(const Job& job, const EarlierReport& found) const;

 private:
  [[nodiscard]] std::string ReadText(const Job& job) const;
  [[nodiscard]] bool IsOfThisRun(const PictureReport& picture, const RunContext& run,
                                 const Job& job) const;
  [[nodiscard]] bool HasAllFiles(const PictureReport& picture, const Job& job) const;

  RunContext run_;
  const ResultsFile* lines_;
  Only only_;
};

}  // namespace gradcam
