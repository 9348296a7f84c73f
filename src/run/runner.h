#pragma once

#include <stop_token>

#include "report/run_report.h"
#include "run/picture_explainer.h"
#include "run/plan.h"
#include "run/run_context.h"
#include "run/run_observer.h"
#include "run/run_options.h"

namespace gradcam {

// Explains the pictures of `plan` and writes their files and, last of all, run.json. `explainer` is
// called from this thread only; pictures are read and written beside it (run/pipeline/pipeline.h).
// A picture that cannot be read or written is a failure; the others go on. While nothing has been
// explained yet, errors of the network may be thrown as the run's (run/pipeline/model_errors.h).
// After a stop request what the network has got is finished, the rest is left, and `interrupted` is
// set. No folder is made before the first picture is ready or all have failed; that it, or
// results.jsonl in it, cannot be made is thrown while nothing has been explained. That
// results.jsonl is another run's is thrown as kUsage whenever it shows: before the first picture is
// written, or when this run's own was removed.
//
//   Plan plan = MakePlan(options, STDIN_FILENO);
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
