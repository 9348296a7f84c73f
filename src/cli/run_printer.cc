#include "cli/run_printer.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <sstream>
#include <utility>

#include "run/output_names.h"

namespace gradcam {

RunPrinter::RunPrinter(const Talk& talk, Color color, const Messages& messages, Progress progress)
    : json_(talk.json), color_(color), messages_(messages), progress_(std::move(progress)) {
  if (progress_.style() != ProgressStyle::kReports) return;
  repeater_ = std::jthread([this](const std::stop_token& stop) { RepeatProgress(stop); });
}

void RunPrinter::RepeatProgress(const std::stop_token& stop) {
  constexpr std::chrono::milliseconds kLook{200};
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex_);
  while (!stopped.wait_for(lock, stop, kLook, [&stop] { return stop.stop_requested(); })) {
    progress_.Repeat();
  }
}

void RunPrinter::OnPicture(const PictureReport& picture, const RunContext& run) {
  const std::lock_guard lock(mutex_);
  if (json_) {
    document_.Add(picture, run);
  } else if (messages_.verbosity() != Verbosity::kQuiet) {
    progress_.Erase();
    WriteText(picture, run, color_, std::cout);
    std::cout << std::flush;
  }
}

void RunPrinter::OnEarlier(const std::string& report) {
  const std::lock_guard lock(mutex_);
  if (json_) document_.Add(report);
}

void RunPrinter::OnFailure(const Failure& failure) {
  const std::lock_guard lock(mutex_);
  progress_.Erase();
  messages_.PrintError(failure.error, failure.hint);
}

void RunPrinter::OnProgress(const RunCounts& counts) {
  const std::lock_guard lock(mutex_);
  progress_.Show(counts);
}

void RunPrinter::OnWarning(const std::string& text) {
  const std::lock_guard lock(mutex_);
  progress_.Erase();
  messages_.PrintWarning(text);
}

void RunPrinter::OnNote(const std::string& text) {
  const std::lock_guard lock(mutex_);
  progress_.Erase();
  messages_.PrintDetail(text);
}

void RunPrinter::Finish(const RunReport& report) {
  repeater_ = {};
  progress_.Erase();
  if (json_) document_.Finish(report.failures);
  if (report.stages) {
    std::ostringstream stages;
    WriteText(*report.stages, Explained(report.counts), stages);
    messages_.PrintNote(stages.str());
  }
  const bool is_told = report.counts.pictures == 1 && report.failures.size() <= 1;
  if (is_told && !report.interrupted) return;
  PrintSummary(report);
  PrintFailures(report);
}

void RunPrinter::PrintSummary(const RunReport& report) const {
  std::stringstream summary;
  WriteText(report, summary);
  WriteText(report.summary, summary);
  for (std::string line; std::getline(summary, line);) messages_.PrintNote(line);
}

void RunPrinter::PrintFailures(const RunReport& report) const {
  constexpr std::size_t kMostNames = 20;
  const std::size_t shown = std::min(report.failures.size(), kMostNames);
  for (std::size_t i = 0; i < shown; ++i) {
    const Failure& failure = report.failures[i];
    messages_.PrintNote("failed: '" + failure.file + "': " + failure.error);
  }
  if (shown < report.failures.size()) {
    messages_.PrintNote("failed: " + std::to_string(report.failures.size() - shown) +
                        " more, see " + RunReportName(report.shard));
  }
}

}  // namespace gradcam
