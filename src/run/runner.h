#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "report/run_report.h"
#include "run/picture_explainer.h"
#include "run/plan.h"
#include "run/run_options.h"

namespace gradcam {

// Hears what happens during a run, on the thread that called Run.
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
  virtual void OnFailure(const Failure& failure) = 0;
  virtual void OnWarning(const std::string& text) = 0;
  // What was found about engines: for those who want to know.
  virtual void OnNote(const std::string& text) = 0;
};

// The model of a run, as reports name it.
struct ModelFile {
  std::string name;                     // file name without its folder
  std::function<std::string()> sha256;  // waits for the digest: ModelDigest::Get
};

// Explains the pictures of `plan` in batches and writes their files and, last of all, run.json. A
// picture that cannot be read or written is a failure; the others go on. While nothing has been
// explained yet, errors of kind kUsage are thrown, and so is the first of kind kModel when the
// model fails at a second picture too or at the only one; otherwise they are failures of their
// picture. After a stop request the picture in work is dropped or finished, never half written, and
// `interrupted` is set. No folder is made before the first picture is ready or
// all have failed; that it cannot be made is thrown as kUsage while nothing has been explained.
//
//   Plan plan = MakePlan(options, std::cin);
//   ModelDigest digest(model_path, cache_folder);
//   ModelExplainer explainer{Explainer(model_path, load_options)};
//   RunReport report = Run(explainer, {"vgg16.pt", [&] { return digest.Get(); }}, options,
//                          std::move(plan), observer, stop);
//
// Exit code: 130 if interrupted, 1 if counts.failed > 0, else 0; a thrown Error is 2.
[[nodiscard]] RunReport Run(PictureExplainer& explainer, const ModelFile& model,
                            const RunOptions& options, Plan plan, RunObserver& observer,
                            const std::stop_token& stop);

}  // namespace gradcam
