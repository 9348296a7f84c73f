#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/parse_report.h"

namespace gradcam {

// The result files of an output folder, as paths below it (bytes), in bytewise order.
struct ResultListing {
  std::vector<std::string> reports;  // "a/cat.json": every JSON file that is not one of `runs`
  std::vector<std::string> runs;     // "run.json", "run.2-of-4.json"
  std::vector<Failure> failures;     // folders that cannot be listed
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

  // The report `name` ("a/cat.json"); nothing if it is another program's JSON. `picture.folder` is
  // "a", below this folder. Throws Error(kInput) if it is damaged, unreadable, or leads outside.
  [[nodiscard]] std::optional<StoredReport> ReadReport(const std::string& name) const;

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
