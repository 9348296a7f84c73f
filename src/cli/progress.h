#pragma once

#include <cstddef>
#include <functional>
#include <optional>
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

// --progress. kAuto and kAlways are the same. Nothing with --quiet.
[[nodiscard]] ProgressStyle StyleOfProgress(When when, Verbosity verbosity, bool is_terminal);

// How fast pictures have been ending lately: over the last 15 to 30 seconds, if a run is that long.
// A stretch at the start in which an earlier run's pictures are passed over does not count.
class Pace {
 public:
  // At this time, so many have ended in this run. Both never fall.
  void Add(double seconds, int pictures);
  // Pictures a second at a time that is not before the last Add; 0 as long as nobody knows.
  [[nodiscard]] double PerSecond(double seconds) const;

 private:
  struct Mark {
    double seconds = 0;
    int pictures = 0;
  };
  Mark from_;  // the pace is that from here to last_
  Mark next_;  // takes its place
  Mark last_;
};

// "38 of 200 pictures, 12.5/s, 0:13 left, 2 failed" at so many pictures a second (0: not known).
[[nodiscard]] std::string ProgressText(const RunCounts& counts, bool is_total_known,
                                       double per_second);

// Shows how far a run is.
class Progress {
 public:
  // `total`: pictures of the run, if known. `seconds`: since the start of the run. `width`: columns
  // of the terminal at the moment, which a line is cut to: a longer one would go on in the next
  // row, which nothing takes off again. 0: not known.
  Progress(ProgressStyle style, std::optional<std::size_t> total, std::ostream& out,
           std::function<double()> seconds, std::function<std::size_t()> width);

  [[nodiscard]] ProgressStyle style() const { return style_; }

  // A picture has ended. Shows it unless something was shown a moment ago.
  void Show(const RunCounts& counts);
  // The same again, when nothing has ended since.
  void Repeat();

  // Takes the line off the terminal, before anything else is printed and at the end.
  void Erase();

 private:
  ProgressStyle style_;
  bool is_total_known_;
  std::ostream* out_;
  std::function<double()> seconds_;
  std::function<std::size_t()> width_;
  RunCounts counts_;
  Pace pace_;
  double next_ = 0;  // when to show it again
  bool is_shown_ = false;
};

}  // namespace gradcam
