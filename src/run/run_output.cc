#include "run/run_output.h"

#include <filesystem>
#include <system_error>

#include "core/file_handle.h"
#include "gradcam/error.h"
#include "report/text.h"
#include "run/atomic_file.h"
#include "run/output_names.h"
#include "run/own_report.h"

namespace gradcam {

namespace fs = std::filesystem;

RunOutput::RunOutput(const RunOptions& options) : options_(&options), folder_(options.output) {
  if (options.settings.outputs.contains(Output::kJsonl)) {
    OpenResults(options.resume ? OldLines::kKeep : OldLines::kReplace);
  }
  std::error_code ignored;
  if (options.resume && fs::is_directory(options.output, ignored)) folder_.Hold();
}

void RunOutput::Begin() {
  MakeFolderOfRun();
  folder_.Hold();
  // First of all, since it shows whether another run is at work here.
  if (has_results()) results().Begin();
  RemoveOldRunReports();
  if (!has_results()) RemoveOldResults();
  has_begun_ = true;
}

// Whether what was put together from them can be put together again.
bool RunOutput::HasAllShards(std::size_t count) const {
  std::error_code ignored;
  for (Shard shard{1, count}; shard.number <= shard.count; ++shard.number) {
    if (!fs::exists(options_->output / RunReportName(shard), ignored)) return false;
  }
  return true;
}

// What was put together before this shard was run again no longer tells of all.
void RunOutput::RemoveMergedReport() const {
  if (!options_->shard) return;
  std::error_code ignored;
  const fs::path of_all = options_->output / RunReportName({});
  const bool is_merged = fs::exists(of_all, ignored) && HasAllShards(options_->shard->count);
  if (is_merged && !IsForeignReport(of_all)) fs::remove(of_all, ignored);
}

void RunOutput::RemoveOldRunReports() const {
  RemoveMergedReport();
  std::error_code ignored;
  fs::remove(RunReportPath(), ignored);
}

// They would tell of files that are no longer there.
void RunOutput::RemoveOldResults() const {
  try {
    ResultsFile(ResultsPath(), OldLines::kReplace).Finish(/*is_complete=*/true);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): another program's, or in use
  }
}

void RunOutput::RequireNothingRemoved() {
  const bool is_in_place = !has_results() || results().IsInPlace();
  // What stands in its place by now is not this run's.
  if (!is_in_place) OpenResults(OldLines::kRefuse);
  folder_.RequireInPlace();
  if (is_in_place) return;
  throw Error(ErrorKind::kOutput, Quoted(ResultsPath()) + " was removed or renamed during the run",
              "--resume does again what is missing");
}

void RunOutput::Add(std::string_view name, const std::string& line) {
  if (has_results()) results().Add(name, line);
}

void RunOutput::Keep(std::string_view name) {
  if (has_results()) results().Keep(name);
}

void RunOutput::Drop(std::string_view name) {
  if (has_results()) results().Drop(name);
}

void RunOutput::FinishResults(bool is_complete) {
  // What stands in its place may be anybody's.
  if (has_results() && results().IsInPlace()) results().Finish(is_complete);
}

const ResultsFile* RunOutput::earlier_lines() const {
  return has_results() ? &results_files_.front() : nullptr;
}

void RunOutput::WriteRunReport(const std::string& text) {
  MakeFolderOfRun();
  WriteAtomically(RunReportPath(), text);
  if (!has_begun_) RemoveMergedReport();
}

void RunOutput::OpenResults(OldLines old_lines) {
  results_files_.emplace_back(ResultsPath(), old_lines);
}

void RunOutput::MakeFolderOfRun() const {
  std::error_code error;
  fs::create_directories(options_->output, error);
  if (error) {
    throw Error(ErrorKind::kUsage,
                "cannot make output folder " + Quoted(options_->output) + ": " +
                    SystemMessage(error.value()),
                "give another --output");
  }
}

fs::path RunOutput::ResultsPath() const { return options_->output / ResultsName(options_->shard); }

fs::path RunOutput::RunReportPath() const {
  return options_->output / RunReportName(options_->shard);
}

}  // namespace gradcam
