#pragma once

#include <filesystem>
#include <set>
#include <string>

#include "report/picture_report.h"
#include "results/report_place.h"
#include "results/result_folder.h"

namespace gradcam {

// Tells the results in an output folder from files of its owner that are called like results.
class OwnResults {
 public:
  // Reads the reports in `folder`, which is absolute and without links. Throws as ResultFolder.
  explicit OwnResults(const std::filesystem::path& folder);

  // Whether gradcam wrote `file`, which stands below the folder: a report that says so, a picture
  // that says so or that a report names, a map that a report names or beside whose report it
  // stands. A link is judged by what it leads to; one that leads nowhere is no result.
  [[nodiscard]] bool Contain(const std::filesystem::path& file) const;

 private:
  void AddReport(const ResultFolder& results, const ReportPlace& place);
  void AddFiles(const ResultFolder& results, const PictureReport& picture);
  [[nodiscard]] bool HasReport(const std::filesystem::path& file, const std::string& base) const;

  std::filesystem::path folder_;
  std::set<std::string> pictures_;  // that have a report: "a/cat"
  std::set<std::string> files_;     // that reports name; absolute, without links
};

}  // namespace gradcam
