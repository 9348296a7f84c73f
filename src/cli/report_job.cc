#include "cli/report_job.h"

#include <iomanip>
#include <iostream>
#include <sstream>
#include <string>

#include "cli/available_cores.h"
#include "page/report_page.h"
#include "report/text.h"

namespace gradcam {
namespace {

std::string Plural(std::size_t count, const std::string& word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

std::string Megabytes(std::size_t bytes) {
  constexpr double kMegabyte = 1e6;
  std::ostringstream text;
  text << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / kMegabyte << " MB";
  return text.str();
}

}  // namespace

ExitCode MakeReportPage(const ReportArguments& arguments, const Messages& messages) {
  ReportPageOptions options = arguments.page;
  options.threads = arguments.threads.value_or(AvailableCores());
  const ReportPageSummary summary = WriteReportPage(options);
  for (const std::string& text : summary.missing_shards) messages.PrintWarning(text);
  for (const std::string& text : summary.missing) messages.PrintDetail(text);
  if (!summary.missing.empty()) {
    messages.PrintWarning("something is missing for " + Plural(summary.missing.size(), "picture") +
                          "; the page says what" +
                          (options.images ? "" : "; --images DIR tells where pictures are"));
  }
  if (messages.verbosity() == Verbosity::kQuiet) return kExitDone;
  std::cout << Plural(summary.pictures, "picture");
  if (summary.failures > 0) std::cout << ", " << Plural(summary.failures, "failure");
  std::cout << '\n';
  for (const WrittenPage& page : summary.pages) {
    std::cout << "  " << Printable(page.file.string()) << "  " << Megabytes(page.bytes) << '\n';
  }
  return kExitDone;
}

}  // namespace gradcam
