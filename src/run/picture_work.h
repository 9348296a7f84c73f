#pragma once

#include <functional>
#include <optional>
#include <variant>

#include "run/earlier_results.h"
#include "run/picture_explainer.h"
#include "run/picture_loading.h"
#include "run/pipeline/pipeline.h"

namespace gradcam {

// The file of `job`, or its report if `earlier` has it: then nothing is left to do. Throws
// Error(kInput).
[[nodiscard]] std::variant<PictureFile, EarlierReport> ReadUnlessDone(
    const Job& job, const OpenedPicture& opened, const DecodeOptions& decode,
    const std::optional<EarlierResults>& earlier);

// What I/O threads do with the pictures of a run: read, decode and prepare them for `explainer`,
// unless `earlier` has their report, and write their files. `context` is asked from when the first
// picture is explained. All four must outlive the pipeline.
[[nodiscard]] PictureWork WorkOfRun(const PictureExplainer& explainer, const DecodeOptions& decode,
                                    const std::optional<EarlierResults>& earlier,
                                    std::function<const RunContext&()> context);

}  // namespace gradcam
