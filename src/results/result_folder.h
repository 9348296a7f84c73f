#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/parse_report.h"
#include "results/report_place.h"

namespace gradcam {

// The result files of an output folder.
struct ResultListing {
  // In bytewise order of the pictures, each once: every JSON file that is not one of `runs`, and
  // the lines of results.jsonl and results.K-of-N.jsonl for which there is no such file.
  std::vector<ReportPlace> reports;
  std::vector<std::string> runs;   // "run.json", "run.2-of-4.json", in bytewise order
  std::vector<std::string> lines;  // "results.jsonl", "results.2-of-4.jsonl", in bytewise order
  std::vector<Failure> failures;   // folders and results.jsonl that cannot be read
};

// An output folder of the main job. What it holds is taken for untrusted: no path leads out of it.
class ResultFolder {
 public:
  // Throws Error(kUsage) if `folder` is missing or no folder.
  explicit ResultFolder(const std::filesystem::path& folder);

  // As it was given.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  // Hidden names are left out, links to folders are not followed.
  [[nodiscard]] ResultListing List() const;

  // Nothing if it is another program's JSON. `picture.folder` is "a" for a picture "a/cat", below
  // this folder. Throws Error(kInput) if the report is damaged, unreadable, or leads outside.
  [[nodiscard]] std::optional<StoredReport> ReadReport(const ReportPlace& place) const;

  // The run report `name`. Throws as ReadReport.
  [[nodiscard]] StoredRun ReadRun(const std::string& name) const;

  // The path of a file below this folder ("a/cat.gradcam.png"), which need not exist. Throws
  // Error(kInput) if `name` or a symbolic link leads outside.
  [[nodiscard]] std::filesystem::path Inside(const std::string& name) const;

  // The path of the file that a report names as `file`, with the bytes that the file system has
  // where the name is no UTF-8. Throws as Inside, also for a `file` that is more than a name.
  [[nodiscard]] std::filesystem::path FileOf(const PictureReport& picture,
                                             const std::string& file) const;

 private:
  std::filesystem::path path_;
  std::filesystem::path canonical_;
};

}  // namespace gradcam
