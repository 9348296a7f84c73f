#pragma once

#include <memory>
#include <vector>

#include "report/run_report.h"
#include "run/job_source.h"
#include "run/run_options.h"

namespace gradcam {

// What a run will do, known before any work.
struct Plan {
  std::unique_ptr<JobSource> jobs;  // never null
  std::vector<Failure> failures;    // of listing: nobody knows the pictures behind them
  int skipped = 0;                  // files in folders that are no pictures by their name
};

// Lists the inputs of `options` (names only, no picture is opened) and works out the names of their
// outputs. The descriptor `standard_input` is read for "@-": to its end, or,
// if that is the only input, line by line as jobs are asked for. Throws Error(kUsage): no picture
// found, two pictures with one output name, a folder of outputs with the name of a file, an output
// folder that is also an input folder or no folder at all, an output that would replace an input or
// a foreign report.
[[nodiscard]] Plan MakePlan(const RunOptions& options, int standard_input);

}  // namespace gradcam
