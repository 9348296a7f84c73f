#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/explainer.h"
#include "report/run_report.h"
#include "run/inputs/input_wait.h"

namespace gradcam {

// One picture to explain.
struct Job {
  std::filesystem::path path;        // to open
  std::string name;                  // path below its input, as bytes: "a/cat.jpg"
  std::filesystem::path folder;      // of its outputs
  std::string stem;                  // its output names begin with this
  std::vector<std::string> stale;    // names in `folder` of older outputs of this picture
  std::optional<ClassTarget> truth;  // its true class
};

// A job, or a picture that fails before any work: its outputs cannot have a name, or it is itself
// an output.
using JobOrFailure = std::variant<Job, Failure>;

// Hands out the pictures of a run, one at a time and in order, so that no list of jobs is held.
// For one thread at a time.
class JobSource {
 public:
  JobSource() = default;
  virtual ~JobSource() = default;
  JobSource(const JobSource&) = delete;
  JobSource& operator=(const JobSource&) = delete;
  JobSource(JobSource&&) = delete;
  JobSource& operator=(JobSource&&) = delete;

  // Before the first Next: the model has these labels. Throws Error(kUsage), which names the line
  // of the list, for a true class that it does not have; where pictures are named as the run goes
  // on, that is a failure of its picture.
  virtual void CheckClasses(const std::vector<Label>& /*labels*/) {}

  // Nothing behind the last picture, and after a stop request. Where pictures are named on stdin
  // as the run goes on, it waits for the next name, and says so beforehand: InputWait::on_wait.
  [[nodiscard]] virtual std::optional<JobOrFailure> Next(const InputWait& wait) = 0;

  // How many pictures there are in all; empty if nobody knows yet.
  [[nodiscard]] virtual std::optional<std::size_t> total() const = 0;

  // What the user should know of the inputs, one sentence each; taking them empties the list.
  [[nodiscard]] virtual std::vector<std::string> TakeWarnings() = 0;
};

}  // namespace gradcam
