#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "cli/environment.h"
#include "cli/messages.h"
#include "cli/terminal.h"
#include "report/run_report.h"

namespace gradcam {

enum class ProgressStyle {
  kNone,
  kLine,    // one line of a terminal, written over again and again
  kReports  // a line of its own every 10 seconds
};

// --progress. kAuto: a line on a terminal, else nothing, or reports with --verbose. Nothing with
// --quiet.
[[nodiscard]] ProgressStyle StyleOfProgress(When when, Verbosity verbosity, bool is_terminal);

// "38 of 200 pictures, 12.5/s, 0:13 left, 2 failed" after `seconds`.
[[nodiscard]] std::string ProgressText(const RunCounts& counts, bool is_total_known,
                                       double seconds);

// Shows how far a run is.
class Progress {
 public:
  // `seconds`: since the start of the run.
  Progress(ProgressStyle style, bool is_total_known, std::ostream& out,
           std::function<double()> seconds);

  void Show(const RunCounts& counts);

  // Takes the line off the terminal, before anything else is printed and at the end.
  void Erase();

 private:
  ProgressStyle style_;
  bool is_total_known_;
  std::ostream* out_;
  std::function<double()> seconds_;
  double next_ = 0;  // when to show it again
  bool is_shown_ = false;
};

}  // namespace gradcam
