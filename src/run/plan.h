#pragma once

#include <istream>
#include <memory>
#include <vector>

#include "report/run_report.h"
#include "run/job_source.h"
#include "run/run_options.h"

namespace gradcam {

// What a run will do, known before any work.
struct Plan {
  std::unique_ptr<JobSource> jobs;  // never null
  std::vector<Failure> failures;    // folders that could not be listed
  int skipped = 0;                  // files in folders that are no pictures by their name
};

// Lists the inputs of `options` (names only, no picture is opened) and works out the names of their
// outputs. `standard_input` is read for "@-". Throws Error(kUsage): no picture found, two pictures
// with one output name, an output folder that is also an input folder or no folder at all, an
// output that would replace an input or a foreign report.
[[nodiscard]] Plan MakePlan(const RunOptions& options, std::istream& standard_input);

}  // namespace gradcam
