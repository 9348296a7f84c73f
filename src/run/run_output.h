#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <string>
#include <string_view>

#include "run/output_folder.h"
#include "run/results_file.h"
#include "run/run_options.h"

namespace gradcam {

// What a run writes beside the files of its pictures: the output folder, results.jsonl and
// run.json. Notices that the first two are removed. All members throw Error(kOutput) where a file
// cannot be read or written.
class RunOutput {
 public:
  // Writes nothing yet. With RunOptions::resume what is there counts. `options` must outlive this.
  // Throws Error(kUsage) if results.jsonl is another program's, or written by another run.
  explicit RunOutput(const RunOptions& options);

  // The run works: makes the folder, begins results.jsonl, or removes an older one where this run
  // has none, and removes run.json: what an earlier run said does not describe a folder that this
  // one writes into. Throws Error(kUsage) if the folder cannot be made or results.jsonl is another
  // run's.
  void Begin();
  [[nodiscard]] bool has_begun() const { return has_begun_; }

  // Throws Error(kOutput), once, if what has been written so far is gone. What comes next has a
  // place again.
  void RequireNothingRemoved();

  // As those of ResultsFile; nothing without Output::kJsonl.
  void Add(std::string_view name, const std::string& line);
  void Keep(std::string_view name);
  void Drop(std::string_view name);
  void FinishResults(bool is_complete);

  // The lines that an earlier run has left, as long as this lives; null without Output::kJsonl.
  [[nodiscard]] const ResultsFile* earlier_lines() const;

  void WriteRunReport(const std::string& text);

 private:
  [[nodiscard]] std::filesystem::path ResultsPath() const;
  [[nodiscard]] std::filesystem::path RunReportPath() const;
  [[nodiscard]] bool has_results() const { return !results_files_.empty(); }
  [[nodiscard]] ResultsFile& results() { return results_files_.back(); }  // that is written
  void OpenResults(OldLines old_lines);
  void MakeFolderOfRun() const;
  [[nodiscard]] bool HasAllShards(std::size_t count) const;
  void RemoveMergedReport() const;
  void RemoveOldRunReports() const;
  void RemoveOldResults() const;

  const RunOptions* options_;
  OutputFolder folder_;  // held from Begin on, or as an earlier run has left it
  // With Output::kJsonl. The last one is written; those in front of it were removed during the run.
  std::list<ResultsFile> results_files_;
  bool has_begun_ = false;
};

}  // namespace gradcam
