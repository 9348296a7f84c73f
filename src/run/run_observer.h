#pragma once

#include <string>

#include "report/run_report.h"

namespace gradcam {

// Hears what happens during a run, on the thread that called Run and in the order of the inputs.
class RunObserver {
 public:
  RunObserver() = default;
  virtual ~RunObserver() = default;
  RunObserver(const RunObserver&) = delete;
  RunObserver& operator=(const RunObserver&) = delete;
  RunObserver(RunObserver&&) = delete;
  RunObserver& operator=(RunObserver&&) = delete;

  // A picture's files are complete. With RunOptions::strict, OnFailure may follow for the same one.
  virtual void OnPicture(const PictureReport& picture, const RunContext& run) = 0;
  // An earlier run has completed a picture's files: its report, one line without end.
  virtual void OnEarlier(const std::string& report) = 0;
  virtual void OnFailure(const Failure& failure) = 0;
  // After each picture. `counts.pictures` are those listed so far where nobody knows the total.
  virtual void OnProgress(const RunCounts& counts) = 0;
  virtual void OnWarning(const std::string& text) = 0;
  // What was found about engines: for those who want to know.
  virtual void OnNote(const std::string& text) = 0;
};

}  // namespace gradcam
