#pragma once

#include <set>
#include <string>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/draw.h"
#include "gradcam/explainer.h"

namespace gradcam {

// Kinds of files written for each picture: the names of --write.
enum class Output {
  kGradcam,          // cat.gradcam.png
  kSaliency,         // cat.saliency.png
  kGradcamOverlay,   // cat.gradcam-overlay.png
  kSaliencyOverlay,  // cat.saliency-overlay.png
  kPanel,            // cat.panel.png
  kRaw,              // cat.gradcam.npy, cat.saliency.npy
  kJson,             // cat.json
};

using Outputs = std::set<Output>;

struct RenderOptions {
  Colormap colormap = Colormap::kJet;
  double alpha = 0.5;  // opacity of the heatmap in overlays, 0...1
};

// What the user asked for; the same for every picture of a run.
struct Settings {
  ExplainOptions explain;
  RenderOptions render;
  Outputs outputs{Output::kGradcam, Output::kSaliency, Output::kGradcamOverlay,
                  Output::kSaliencyOverlay, Output::kJson};
};

// The names of the command line and of the reports.
[[nodiscard]] std::string NameOf(Output output);        // "gradcam-overlay"
[[nodiscard]] std::string NameOf(Colormap colormap);    // "jet"
[[nodiscard]] std::string NameOf(Score score);          // "logodds"
[[nodiscard]] std::string NameOf(OutputKind kind);      // "softmax"
[[nodiscard]] std::string NameOf(ResizeFilter filter);  // "bicubic"
[[nodiscard]] std::string NameOf(ResizeMode mode);      // "squash"
[[nodiscard]] std::string NameOf(ClassTarget::By by);   // "top"
[[nodiscard]] std::string NameOf(MapStatus status);     // "all_zero"

}  // namespace gradcam
