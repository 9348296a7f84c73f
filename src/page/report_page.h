#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "page/page_writer.h"
#include "page/picture_entries.h"

namespace gradcam {

inline constexpr const char* kReportPageName = "report.html";

struct ReportPageOptions {
  std::filesystem::path folder;                 // an output folder
  std::optional<std::filesystem::path> output;  // the page; default: kReportPageName in `folder`
  std::optional<std::filesystem::path> images;  // where the pictures are, in place of run.json's
  PictureUse use = PictureUse::kEmbed;
  int threads = 1;
};

struct ReportPageSummary {
  std::vector<WrittenPage> pages;
  std::size_t pictures = 0;  // reports that could be read
  std::size_t failures = 0;  // of runs, and reports that cannot be read
  std::vector<std::string>
      missing;  // "a/cat.jpg: ...", one a picture that something is missing for
  std::vector<std::string> missing_shards;  // what MissingShards says
};

// Writes the page of an output folder. Its runs' failures, damaged reports and missing files are
// shown as such. Throws Error: kUsage if there is no folder or no result in it, kOutput if the page
// cannot be written.
[[nodiscard]] ReportPageSummary WriteReportPage(const ReportPageOptions& options);

}  // namespace gradcam
