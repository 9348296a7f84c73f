#include "cli/preset.h"

#include "cli/values.h"

namespace gradcam {
namespace {

// The steps of the Keras notebook: docs/notebook.md goes through them one by one.
Preset Notebook() {
  Preset preset;
  preset.preprocess_name = "notebook";
  preset.decode.exif = ExifOrientation::kIgnore;
  preset.decode.alpha_channel = AlphaChannel::kPremultiply;
  preset.score = Score::kProbability;
  preset.render.colormap = Colormap::kJet;
  preset.render.alpha = 0.6;
  preset.render.map = {Upsampling::kSkimage, Normalization::kMinMax};
  preset.render.output_size = OutputSize::kInput;
  return preset;
}

}  // namespace

Preset PresetNamed(const std::string& name) {
  if (name.empty()) return {};
  (void)ParseName("--preset", name, {"notebook"});
  return Notebook();
}

}  // namespace gradcam
