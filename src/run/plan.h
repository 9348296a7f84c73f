#pragma once

#include <filesystem>
#include <functional>
#include <istream>
#include <string>
#include <vector>

#include "report/run_report.h"
#include "run/run_options.h"

namespace gradcam {

// One picture to explain.
struct Job {
  std::filesystem::path path;      // to open
  std::string name;                // path below its input, as bytes: "a/cat.jpg"
  std::filesystem::path folder;    // of its outputs
  std::string stem;                // its output names begin with this
  std::vector<std::string> stale;  // names in `folder` of older outputs of this picture
};

// What a run will do, known before any work.
struct Plan {
  std::vector<Job> jobs;
  std::vector<Failure> failures;      // folders that could not be listed
  std::vector<std::string> warnings;  // e.g. a path given twice
  int skipped = 0;                    // files in folders that are no pictures by their name
};

// Lists the inputs of `options` (names only, no picture is opened) and works out the names of their
// outputs. `standard_input` is read for "@-". Throws Error(kUsage): no picture found, two pictures
// with one output name, an output folder that is also an input folder or no folder at all, an
// output that would replace an input or a foreign report.
[[nodiscard]] Plan MakePlan(const RunOptions& options, std::istream& standard_input);

}  // namespace gradcam
