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

// What an earlier run has kept, if it gives what is `expected` for `input`; otherwise it is
// forgotten, and the engine made and, where it can be, kept. At most one engine is in memory at a
// time. Numbers out of half precision's range are no difference in an engine that was made: what it
// computes was seen in float32 just before, and an overflow is put right where the maps are looked
// at. Throws Error(kModel) if the results differ, and what the engine throws.
[[nodiscard]] ComparedEngine MakeCompared(const EngineSource& source, const at::Tensor& input,
                                          const Features& expected);

}  // namespace gradcam
