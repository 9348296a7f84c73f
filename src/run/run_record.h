#pragma once

#include <cstddef>
#include <optional>
#include <string>
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

  // `pictures`: in all, or listed so far.
  void TellProgress(std::size_t pictures);

  // A picture has these predictions, best first, and this true class. Those that --only leaves out
  // count too.
  void CountTruth(const std::vector<Prediction>& top, const std::optional<Prediction>& truth);

  // A picture's files are complete.
  void AddPicture(const Job& job, const PictureReport& picture, const RunContext& run);
  // An earlier run had done it; `line` is its report.
  void AddEarlier(const Job& job, const PictureReport& picture, const std::string& line);
  void AddFailedPicture(const Job& job, const Error& error);

  [[nodiscard]] bool has_failed() const { return report_.counts.failed > 0; }

  RunReport& report() { return report_; }

 private:
  void Summarize(const PictureReport& picture);
  // Counts a failure if not.
  bool PassesStrict(const Job& job, const PictureReport& picture);

  const RunOptions* options_;
  RunObserver* observer_;
  RunReport report_;
};

}  // namespace gradcam
