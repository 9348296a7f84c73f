#pragma once

#include "run/inputs/inputs.h"
#include "run/job_source.h"
#include "run/old_outputs.h"
#include "run/run_options.h"

namespace gradcam {

// The pictures of a list, or with RunOptions::shard each N-th of them, as jobs that are worked out
// when they are asked for. One that is refused is a failure in its place: positions are those of
// the whole list, whatever is found on disk.
class ListedJobs final : public JobSource {
 public:
  ListedJobs(PictureList pictures, StaleFiles stale, std::vector<std::string> warnings,
             const RunOptions& options);

  void CheckClasses(const std::vector<Label>& labels) override;
  [[nodiscard]] std::optional<JobOrFailure> Next(const InputWait& wait) override;
  [[nodiscard]] std::optional<std::size_t> total() const override;
  [[nodiscard]] std::vector<std::string> TakeWarnings() override;

 private:
  PictureList pictures_;
  StaleFiles stale_;
  std::vector<std::string> warnings_;
  std::filesystem::path output_;
  bool keep_extension_;
  std::size_t next_;  // the picture to hand out
  std::size_t step_;
  std::size_t total_;
};

}  // namespace gradcam
