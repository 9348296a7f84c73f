#include "cli/run_printer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <sstream>
#include <thread>

namespace gradcam {
namespace {

using namespace std::chrono_literals;

TEST(RunPrinter, ReportsProgressThoughNobodyTellsIt) {
  const Messages messages(Verbosity::kNormal, /*color=*/false);
  std::ostringstream out;
  std::atomic<int> looks = 0;
  const auto seconds = [&looks] {
    ++looks;
    return 11.0;
  };
  {
    const RunPrinter printer(
        Talk{}, Color::kOff, messages,
        Progress(ProgressStyle::kReports, 9, out, seconds, [] { return std::size_t{0}; }));
    for (int i = 0; i < 1000 && looks < 3; ++i) std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(out.str(), "gradcam: 0 of 9 pictures\n");
}

}  // namespace
}  // namespace gradcam
