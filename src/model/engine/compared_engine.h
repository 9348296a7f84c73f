#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "model/engine/engine_source.h"
#include "model/engine/features_engine.h"

namespace gradcam {

// An engine whose first results agree with the reference's.
struct ComparedEngine {
  std::unique_ptr<FeaturesEngine> engine;
  Features first;
  std::vector<std::string> notes;  // on what was kept
};

// Throws Error(kModel) if what an engine made from `source` has given differs from what is
// `expected`. Numbers out of half precision's range are no difference: an overflow is put right
// where the maps are looked at.
void RequireAgreement(const EngineSource& source, const Features& found, const Features& expected);

// What an earlier run has kept, if it gives what is `expected` for `input`; otherwise it is
// forgotten, and the engine made and, where it can be, kept. At most one engine is in memory at a
// time. Numbers out of half precision's range are a difference only in what was kept: what an
// engine that was made computes was seen in float32 just before. Throws Error(kModel) if the
// results differ, and what the engine throws.
[[nodiscard]] ComparedEngine MakeCompared(const EngineSource& source, const at::Tensor& input,
                                          const Features& expected);

}  // namespace gradcam
