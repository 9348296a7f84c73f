#pragma once

#include <ostream>
#include <vector>

#include "report/picture_report.h"
#include "report/run_report.h"

namespace gradcam {

// The document of --json: docs/schema/results.schema.json. Each report is written when it is there,
// on a line of its own: a run of a million pictures does not keep them. Nothing is written before
// the first call.
class ResultsDocument {
 public:
  explicit ResultsDocument(std::ostream& out) : out_(&out) {}

  void Add(const PictureReport& picture, const RunContext& run);
  // The same as text, on one line.
  void Add(const std::string& report);
  // Once, at the end.
  void Finish(const std::vector<Failure>& failures);

 private:
  std::ostream* out_;
  bool has_begun_ = false;
};

}  // namespace gradcam
