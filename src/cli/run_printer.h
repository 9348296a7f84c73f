#pragma once

#include <iostream>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "cli/arguments.h"
#include "cli/messages.h"
#include "cli/progress.h"
#include "report/results_document.h"
#include "report/run_report.h"
#include "report/text_report.h"
#include "run/run_observer.h"

namespace gradcam {

// Prints what a run finds as it goes on: results on stdout, messages and progress on stderr. A
// thread of its own repeats reports of progress: a picture or batch may take longer than the time
// between two of them, in whatever stage.
class RunPrinter final : public RunObserver {
 public:
  // `messages` must outlive it.
  RunPrinter(const Talk& talk, Color color, const Messages& messages, Progress progress);

  void OnPicture(const PictureReport& picture, const RunContext& run) override;
  void OnEarlier(const std::string& report) override;
  void OnFailure(const Failure& failure) override;
  void OnProgress(const RunCounts& counts) override;
  void OnWarning(const std::string& text) override;
  void OnNote(const std::string& text) override;

  // The rest of the document of --json, the times of --timing, and for more than one picture a
  // summary with the names of those that failed. Once, at the end.
  void Finish(const RunReport& report);

 private:
  void RepeatProgress(const std::stop_token& stop);
  void PrintSummary(const RunReport& report) const;
  void PrintFailures(const RunReport& report) const;

  bool json_;
  Color color_;
  const Messages& messages_;
  ResultsDocument document_{std::cout};  // of --json
  std::mutex mutex_;                     // for all that is printed, and guards
  Progress progress_;
  std::jthread repeater_;
};

}  // namespace gradcam
