#include "cli/progress.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace gradcam {
namespace {

constexpr double kSecondsALine = 0.1;
constexpr double kSecondsAReport = 10;

// "1:02:03" or "2:03".
std::string Duration(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(seconds));
  std::array<char, 40> text{};
  if (whole >= 3600) {
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                  whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / 60, whole % 60);
  }
  return text.data();
}

}  // namespace

ProgressStyle StyleOfProgress(When when, Verbosity verbosity, bool is_terminal) {
  if (when == When::kNever || verbosity == Verbosity::kQuiet) return ProgressStyle::kNone;
  if (is_terminal) return ProgressStyle::kLine;
  const bool wants_reports = when == When::kAlways || verbosity == Verbosity::kVerbose;
  return wants_reports ? ProgressStyle::kReports : ProgressStyle::kNone;
}

std::string ProgressText(const RunCounts& counts, bool is_total_known, double seconds) {
  const int now = counts.done + counts.failed + counts.left_out;  // done in this run
  const int ended = now + counts.resumed;
  std::string text = std::to_string(ended);
  if (is_total_known) text += " of " + std::to_string(counts.pictures);
  text += " pictures";
  if (now > 0 && seconds > 0) {
    const double speed = now / seconds;
    std::array<char, 40> number{};
    std::snprintf(number.data(), number.size(), ", %.1f/s", speed);
    text += number.data();
    if (is_total_known && ended < counts.pictures) {
      text += ", " + Duration((counts.pictures - ended) / speed) + " left";
    }
  }
  if (counts.failed > 0) text += ", " + std::to_string(counts.failed) + " failed";
  return text;
}

Progress::Progress(ProgressStyle style, bool is_total_known, std::ostream& out,
                   std::function<double()> seconds)
    : style_(style),
      is_total_known_(is_total_known),
      out_(&out),
      seconds_(std::move(seconds)),
      next_(style == ProgressStyle::kReports ? kSecondsAReport : kSecondsALine) {}

void Progress::Show(const RunCounts& counts) {
  if (style_ == ProgressStyle::kNone) return;
  const double now = seconds_();
  if (now < next_) return;
  const std::string text = ProgressText(counts, is_total_known_, now);
  if (style_ == ProgressStyle::kLine) {
    *out_ << "\r\x1b[K" << text << std::flush;
    is_shown_ = true;
    next_ = now + kSecondsALine;
  } else {
    *out_ << "gradcam: " << text << '\n' << std::flush;
    next_ = now + kSecondsAReport;
  }
}

void Progress::Erase() {
  if (!is_shown_) return;
  *out_ << "\r\x1b[K" << std::flush;
  is_shown_ = false;
  next_ = 0;  // it comes back with the next picture
}

}  // namespace gradcam
