#pragma once

#include <string>

#include "gradcam/explainer.h"
#include "report/settings.h"

namespace gradcam {

// A named set of options: what stands for those that are not given.
struct Preset {
  std::string preprocess_name;  // --preprocess
  DecodeOptions decode;         // --exif, --alpha-channel
  Score score = Score::kLogOdds;
  RenderOptions render;  // --colormap, --alpha, --upsample, --normalize, --output-size
};

// "notebook" (docs/notebook.md); "" is the program's own defaults. Throws Error(kUsage) for any
// other name.
[[nodiscard]] Preset PresetNamed(const std::string& name);

}  // namespace gradcam
