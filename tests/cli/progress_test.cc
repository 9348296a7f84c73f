#include "cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace gradcam {
namespace {

TEST(Progress, GoesToATerminalUnlessTheUserWantsNone) {
  using enum ProgressStyle;
  const Verbosity normal = Verbosity::kNormal;
  EXPECT_EQ(StyleOfProgress(When::kAuto, normal, /*is_terminal=*/true), kLine);
  EXPECT_EQ(StyleOfProgress(When::kAuto, normal, false), kNone);
  EXPECT_EQ(StyleOfProgress(When::kAuto, Verbosity::kVerbose, false), kReports);
  EXPECT_EQ(StyleOfProgress(When::kAlways, normal, false), kReports);
  EXPECT_EQ(StyleOfProgress(When::kNever, Verbosity::kVerbose, true), kNone);
  EXPECT_EQ(StyleOfProgress(When::kAlways, Verbosity::kQuiet, true), kNone);
}

TEST(Progress, TellsSpeedAndTimeLeftOfThisRunsPictures) {
  RunCounts counts{.pictures = 200, .done = 30, .failed = 2};
  EXPECT_EQ(ProgressText(counts, /*is_total_known=*/true, 8),
            "32 of 200 pictures, 4.0/s, 0:42 left, 2 failed");
  // 100 pictures of an earlier run took no time of this one: 68 pictures are left, at 4 a second.
  counts.resumed = 100;
  EXPECT_EQ(ProgressText(counts, true, 8), "132 of 200 pictures, 4.0/s, 0:17 left, 2 failed");
  EXPECT_EQ(ProgressText({.pictures = 10'000, .done = 1}, true, 1),
            "1 of 10000 pictures, 1.0/s, 2:46:39 left");
  EXPECT_EQ(ProgressText({.pictures = 5, .done = 5}, true, 1), "5 of 5 pictures, 5.0/s");
  EXPECT_EQ(ProgressText({.pictures = 5}, true, 0), "0 of 5 pictures");
  EXPECT_EQ(ProgressText({.pictures = 7, .done = 5}, /*is_total_known=*/false, 1),
            "5 pictures, 5.0/s");
}

TEST(Progress, ALineIsWrittenOverAndErased) {
  std::ostringstream out;
  double now = 1;
  Progress progress(ProgressStyle::kLine, true, out, [&] { return now; });
  progress.Show({.pictures = 4, .done = 1});
  now = 1.05;
  progress.Show({.pictures = 4, .done = 2});  // too soon
  now = 2;
  progress.Show({.pictures = 4, .done = 3});
  progress.Erase();
  progress.Erase();
  EXPECT_EQ(out.str(),
            "\r\x1b[K1 of 4 pictures, 1.0/s, 0:03 left"
            "\r\x1b[K3 of 4 pictures, 1.5/s, 0:01 left"
            "\r\x1b[K");
}

TEST(Progress, ComesBackAtOnceAfterOtherOutput) {
  std::ostringstream out;
  Progress progress(ProgressStyle::kLine, true, out, [] { return 1.0; });
  progress.Show({.pictures = 4, .done = 1});
  progress.Erase();
  out.str("");
  progress.Show({.pictures = 4, .done = 2});
  EXPECT_EQ(out.str(), "\r\x1b[K2 of 4 pictures, 2.0/s, 0:01 left");
}

TEST(Progress, ReportsAreLinesEveryTenSeconds) {
  std::ostringstream out;
  double now = 0;
  Progress progress(ProgressStyle::kReports, true, out, [&] { return now; });
  for (now = 1; now < 25; ++now) progress.Show({.pictures = 50, .done = static_cast<int>(now)});
  progress.Erase();
  EXPECT_EQ(out.str(),
            "gradcam: 10 of 50 pictures, 1.0/s, 0:40 left\n"
            "gradcam: 20 of 50 pictures, 1.0/s, 0:30 left\n");
}

TEST(Progress, NoneIsNothing) {
  std::ostringstream out;
  Progress progress(ProgressStyle::kNone, true, out, [] { return 100.0; });
  progress.Show({.pictures = 4, .done = 1});
  progress.Erase();
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace gradcam
