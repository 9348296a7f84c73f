#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "report/picture_report.h"
#include "results/report_place.h"

namespace gradcam {

// Whether `name` is that of a file of report lines: results.jsonl, results.K-of-N.jsonl.
[[nodiscard]] bool IsLinesName(const std::string& name);

// The reports in `file`, which is called `name` in their places, in the order of its lines. None is
// kept: of each the place alone. A line that is no JSON, or a report that cannot be read, has a
// place called by its number, "results.jsonl, line 7"; JSON of another program has none. A
// file without any line of gradcam has no places. Throws Error(kInput) if it cannot be read.
[[nodiscard]] std::vector<ReportPlace> ReportsInLines(const std::filesystem::path& file,
                                                      const std::string& name);

// The text of a line. Throws Error(kInput).
[[nodiscard]] std::string ReadLine(const std::filesystem::path& file, const ReportPlace& place);

// The beginning of the names of a picture's outputs, "cat" of "a/cat.jpg"; "cat.jpg" where its
// files show that the extension was kept.
[[nodiscard]] std::string StemOf(const PictureReport& picture);

// The same with the folder, "a/cat"; nothing if the picture's path leads out of it.
[[nodiscard]] std::optional<std::string> OutputsOf(const PictureReport& picture);

}  // namespace gradcam
