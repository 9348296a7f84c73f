#include "cli/progress.h"

#include <algorithm>
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

int EndedNow(const RunCounts& counts) { return counts.done + counts.failed + counts.left_out; }

}  // namespace

ProgressStyle StyleOfProgress(When when, Verbosity verbosity, bool is_terminal) {
  if (when == When::kNever || verbosity == Verbosity::kQuiet) return ProgressStyle::kNone;
  return is_terminal ? ProgressStyle::kLine : ProgressStyle::kReports;
}

void Pace::Add(double seconds, int pictures) {
  constexpr double kSpan = 15;
  last_ = {seconds, pictures};
  if (pictures == 0) from_ = next_ = last_;
  if (seconds - next_.seconds < kSpan) return;
  from_ = next_;
  next_ = last_;
}

double Pace::PerSecond(double seconds) const {
  const double span = seconds - from_.seconds;
  return span > 0 ? (last_.pictures - from_.pictures) / span : 0;
}

std::string ProgressText(const RunCounts& counts, bool is_total_known, double per_second) {
  const int ended = EndedNow(counts) + counts.resumed;
  std::string text = std::to_string(ended);
  if (is_total_known) text += " of " + std::to_string(counts.pictures);
  text += " pictures";
  if (per_second > 0) {
    std::array<char, 40> number{};
    std::snprintf(number.data(), number.size(), ", %.1f/s", per_second);
    text += number.data();
    if (is_total_known && ended < counts.pictures) {
      text += ", " + Duration((counts.pictures - ended) / per_second) + " left";
    }
  }
  if (counts.failed > 0) text += ", " + std::to_string(counts.failed) + " failed";
  return text;
}

Progress::Progress(ProgressStyle style, std::optional<std::size_t> total, std::ostream& out,
                   std::function<double()> seconds, std::function<std::size_t()> width)
    : style_(style),
      is_total_known_(total.has_value()),
      out_(&out),
      seconds_(std::move(seconds)),
      width_(std::move(width)),
      counts_{.pictures = static_cast<int>(total.value_or(0))},
      next_(style == ProgressStyle::kReports ? kSecondsAReport : kSecondsALine) {}

void Progress::Show(const RunCounts& counts) {
  counts_ = counts;
  pace_.Add(seconds_(), EndedNow(counts));
  Repeat();
}

void Progress::Repeat() {
  const double now = seconds_();
  if (style_ == ProgressStyle::kNone || now < next_) return;
  std::string text = ProgressText(counts_, is_total_known_, pace_.PerSecond(now));
  if (style_ == ProgressStyle::kLine) {
    // The last column stays free: some terminals begin a new row when it is filled.
    if (const std::size_t width = width_(); width > 0)
      text.resize(std::min(text.size(), width - 1));
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
