#include "cli/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace gradcam {
namespace {

std::size_t AnyWidth() { return 0; }

TEST(Progress, GoesToATerminalUnlessTheUserWantsNone) {
  using enum ProgressStyle;
  const Verbosity normal = Verbosity::kNormal;
  EXPECT_EQ(StyleOfProgress(When::kAuto, normal, /*is_terminal=*/true), kLine);
  EXPECT_EQ(StyleOfProgress(When::kAuto, normal, false), kReports);
  EXPECT_EQ(StyleOfProgress(When::kAlways, normal, false), kReports);
  EXPECT_EQ(StyleOfProgress(When::kNever, Verbosity::kVerbose, true), kNone);
  EXPECT_EQ(StyleOfProgress(When::kNever, Verbosity::kVerbose, false), kNone);
  EXPECT_EQ(StyleOfProgress(When::kAuto, Verbosity::kQuiet, false), kNone);
  EXPECT_EQ(StyleOfProgress(When::kAlways, Verbosity::kQuiet, true), kNone);
}

TEST(Progress, TellsSpeedAndTimeLeftOfThisRunsPictures) {
  RunCounts counts{.pictures = 200, .done = 30, .failed = 2};
  EXPECT_EQ(ProgressText(counts, /*is_total_known=*/true, 4),
            "32 of 200 pictures, 4.0/s, 0:42 left, 2 failed");
  // 100 pictures of an earlier run took no time of this one: 68 pictures are left, at 4 a second.
  counts.resumed = 100;
  EXPECT_EQ(ProgressText(counts, true, 4), "132 of 200 pictures, 4.0/s, 0:17 left, 2 failed");
  EXPECT_EQ(ProgressText({.pictures = 10'000, .done = 1}, true, 1),
            "1 of 10000 pictures, 1.0/s, 2:46:39 left");
  EXPECT_EQ(ProgressText({.pictures = 5, .done = 5}, true, 5), "5 of 5 pictures, 5.0/s");
  EXPECT_EQ(ProgressText({.pictures = 5}, true, 0), "0 of 5 pictures");
  EXPECT_EQ(ProgressText({.pictures = 7, .done = 5}, /*is_total_known=*/false, 5),
            "5 pictures, 5.0/s");
}

TEST(Pace, IsThatOfTheLastHalfMinute) {
  Pace pace;
  EXPECT_EQ(pace.PerSecond(1), 0);
  pace.Add(2, 1);  // two seconds, in which a model was loaded too
  EXPECT_EQ(pace.PerSecond(2), 0.5);
  for (int second = 3; second <= 100; ++second) pace.Add(second, 4 * second);
  EXPECT_DOUBLE_EQ(pace.PerSecond(100), 4);
  // Large pictures come: soon nothing is left of the old pace.
  for (int second = 101; second <= 140; ++second) pace.Add(second, 300 + second);
  EXPECT_DOUBLE_EQ(pace.PerSecond(140), 1);
  // And pictures that take longer than the time it looks at.
  pace.Add(240, 441);
  EXPECT_DOUBLE_EQ(pace.PerSecond(240), 6.0 / 105);
  EXPECT_DOUBLE_EQ(pace.PerSecond(255), 6.0 / 120);  // and none has ended since
  pace.Add(340, 442);
  EXPECT_DOUBLE_EQ(pace.PerSecond(340), 0.01);
}

TEST(Pace, DoesNotCountTheTimeInWhichAnEarlierRunsPicturesArePassedOver) {
  Pace pace;
  for (int second = 1; second <= 100; ++second) pace.Add(second, 0);
  EXPECT_EQ(pace.PerSecond(100.5), 0);
  pace.Add(101, 2);
  EXPECT_DOUBLE_EQ(pace.PerSecond(101), 2);
}

TEST(Progress, ALineIsCutToTheTerminal) {
  std::ostringstream out;
  std::size_t width = 20;
  Progress progress(ProgressStyle::kLine, 4, out, [] { return 1.0; }, [&] { return width; });
  progress.Show({.pictures = 1000, .done = 10});
  EXPECT_EQ(out.str(), "\r\x1b[K10 of 1000 pictures");
  progress.Erase();
  out.str("");
  width = 1;
  progress.Show({.pictures = 1000, .done = 11});
  EXPECT_EQ(out.str(), "\r\x1b[K");
}

TEST(Progress, ALineIsWrittenOverAndErased) {
  std::ostringstream out;
  double now = 1;
  Progress progress(ProgressStyle::kLine, 4, out, [&] { return now; }, AnyWidth);
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
  Progress progress(ProgressStyle::kLine, 4, out, [] { return 1.0; }, AnyWidth);
  progress.Show({.pictures = 4, .done = 1});
  progress.Erase();
  out.str("");
  progress.Show({.pictures = 4, .done = 2});
  EXPECT_EQ(out.str(), "\r\x1b[K2 of 4 pictures, 2.0/s, 0:01 left");
}

TEST(Progress, ReportsAreLinesEveryTenSeconds) {
  std::ostringstream out;
  double now = 0;
  Progress progress(ProgressStyle::kReports, 50, out, [&] { return now; }, AnyWidth);
  for (now = 1; now < 25; ++now) progress.Show({.pictures = 50, .done = static_cast<int>(now)});
  progress.Erase();
  EXPECT_EQ(out.str(),
            "gradcam: 10 of 50 pictures, 1.0/s, 0:40 left\n"
            "gradcam: 20 of 50 pictures, 1.0/s, 0:30 left\n");
}

TEST(Progress, ReportsAreRepeatedWhenNothingEnds) {
  std::ostringstream out;
  double now = 0;
  Progress progress(ProgressStyle::kReports, 50, out, [&] { return now; }, AnyWidth);
  for (now = 1; now < 21; ++now) progress.Repeat();
  now = 25;
  progress.Show({.pictures = 50, .done = 5});
  for (now = 26; now < 51; ++now) progress.Repeat();
  EXPECT_EQ(out.str(),
            "gradcam: 0 of 50 pictures\n"
            "gradcam: 0 of 50 pictures\n"
            "gradcam: 5 of 50 pictures, 0.2/s, 4:30 left\n"
            "gradcam: 5 of 50 pictures, 0.1/s, 6:00 left\n"
            "gradcam: 5 of 50 pictures, 0.1/s, 7:30 left\n");
}

TEST(Progress, NoneIsNothing) {
  std::ostringstream out;
  Progress progress(ProgressStyle::kNone, 4, out, [] { return 100.0; }, AnyWidth);
  progress.Show({.pictures = 4, .done = 1});
  progress.Repeat();
  progress.Erase();
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace gradcam
