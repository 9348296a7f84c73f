#pragma once

#include "gradcam/engine.h"

namespace gradcam {

// Whether a run has so many pictures that it pays to rearrange the network, which costs some tenths
// of a second, and to try out in batches how it runs fastest.
[[nodiscard]] inline bool IsLongRun(const EngineOptions& options) {
  constexpr int kPictures = 20;
  return options.pictures > kPictures;
}

}  // namespace gradcam
