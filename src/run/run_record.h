#pragma once

#include <vector>

#include "report/run_report.h"
#include "run/picture_explainer.h"
#include "run/pipeline/pictures_in_flight.h"
#include "run/run_observer.h"
#include "run/run_options.h"

namespace gradcam {

// What has become of the pictures so far: counts it, tells the observer, and keeps it for run.json.
class RunRecord {
 public:
  RunRecord(const RunOptions& options, RunObserver& observer);

  void AddWarning(const std::string& text) { observer_->OnWarning(text); }
  void AddNote(const std::string& text);
  void AddFailure(const Failure& failure);

  // Whether the prediction is right, where the true class is known.
  void CountTruth(const Explanation& explanation);

  // A picture's files are complete.
  void AddPicture(const Job& job, const PictureReport& picture, const RunContext& run);
  void AddFailedPicture(const Job& job, const Error& error);

  [[nodiscard]] bool has_failed() const { return report_.counts.failed > 0; }

  RunReport& report() { return report_; }

 private:
  const RunOptions* options_;
  RunObserver* observer_;
  RunReport report_;
};

}  // namespace gradcam
