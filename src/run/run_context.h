#pragma once

#include <functional>
#include <string>

#include "report/picture_report.h"

namespace gradcam {

// The model of a run, as reports name it.
struct ModelFile {
  std::string name;                     // file name without its folder
  std::function<std::string()> sha256;  // waits for the digest: ModelDigest::Get
};

// What the reports of a run have in common. `info` is that of a model that has explained nothing
// yet, so that the digest of the settings is the same for every run; its layer shape and class
// count are to be filled in later. Waits for the model's digest, and throws what that throws.
[[nodiscard]] RunContext MakeRunContext(const ModelFile& model, const ModelInfo& info,
                                        const Settings& settings);

}  // namespace gradcam
