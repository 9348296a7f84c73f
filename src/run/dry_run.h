#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "report/settings.h"
#include "run/earlier_results.h"
#include "run/job_source.h"
#include "run/results_file.h"
#include "run/run_context.h"
#include "run/run_options.h"

namespace gradcam {

// The names of all files that a picture will have in its folder. A class that only the network can
// tell stands in angle brackets: "cat.<top>.gradcam.png".
[[nodiscard]] std::vector<std::string> NamesToWrite(const Job& job, const Settings& settings);

// What a run with --resume would find in the output folder. Nothing is changed there.
class ResumePreview {
 public:
  // As for Run, `explainer_info` being that of a model that has explained nothing. Waits for the
  // digest of the model. Throws Error: a results.jsonl that gradcam did not write or that cannot be
  // read, and what the digest throws.
  ResumePreview(const ModelFile& model, const ModelInfo& explainer_info, const RunOptions& options);

  // Whether the results of `job` are complete, so that the run would skip it. Reads its picture:
  // throws Error(kInput).
  [[nodiscard]] bool Skips(const Job& job) const;

 private:
  DecodeOptions decode_;
  std::unique_ptr<const ResultsFile> lines_;  // with Output::kJsonl
  std::optional<EarlierResults> earlier_;     // refers to lines_
};

}  // namespace gradcam
