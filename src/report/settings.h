#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "core/precision_name.h"
#include "gradcam/card.h"
#include "gradcam/draw.h"
#include "gradcam/explainer.h"
#include "gradcam/image.h"
#include "image/encode.h"

namespace gradcam {

// Kinds of files written for each picture: the names of --write.
enum class Output {
  kGradcam,          // cat.gradcam.png
  kSaliency,         // cat.saliency.png
  kGradcamOverlay,   // cat.gradcam-overlay.png
  kSaliencyOverlay,  // cat.saliency-overlay.png
  kPanel,            // cat.panel.png
  kInput,            // cat.input.png
  kRaw,              // cat.gradcam.npy, cat.saliency.npy
  kMap,              // cat.gradcam-map.npy, cat.saliency-map.npy
  kJson,             // cat.json
  kJsonl,            // results.jsonl, one for all pictures
};

using Outputs = std::set<Output>;

// Which picture is drawn on.
enum class OutputSize {
  kPicture,  // the picture itself
  kInput,    // what the network saw of it, at the network's size
};

struct RenderOptions {
  Colormap colormap = Colormap::kJet;
  double alpha = 0.5;  // opacity of the heatmap in overlays, 0...1
  MapDrawing map;
  OutputSize output_size = OutputSize::kPicture;
  ImageFormat format = ImageFormat::kPng;  // of overlays and panels
};

// What the user asked for; the same for every picture of a run.
struct Settings {
  DecodeOptions decode;
  ExplainOptions explain;
  Precision precision = Precision::kFloat32;
  Engine engine = Engine::kAuto;  // as asked for
  bool deterministic = false;
  Device device;  // that computes
  RenderOptions render;
  Outputs outputs{Output::kGradcam, Output::kSaliency, Output::kGradcamOverlay,
                  Output::kSaliencyOverlay, Output::kJson};
};

// All kinds, in the order in which they are listed.
inline constexpr std::array kOutputs{Output::kGradcam,
                                     Output::kSaliency,
                                     Output::kGradcamOverlay,
                                     Output::kSaliencyOverlay,
                                     Output::kPanel,
                                     Output::kInput,
                                     Output::kRaw,
                                     Output::kMap,
                                     Output::kJson,
                                     Output::kJsonl};

// The names of the command line and of the reports.
[[nodiscard]] std::string NameOf(Output output);                // "gradcam-overlay"
[[nodiscard]] std::string NameOf(Colormap colormap);            // "jet"
[[nodiscard]] std::string NameOf(Score score);                  // "logodds"
[[nodiscard]] std::string NameOf(ExifOrientation exif);         // "apply"
[[nodiscard]] std::string NameOf(AlphaChannel alpha_channel);   // "drop"
[[nodiscard]] std::string NameOf(Upsampling upsampling);        // "edge"
[[nodiscard]] std::string NameOf(Normalization normalization);  // "max"
[[nodiscard]] std::string NameOf(OutputSize size);              // "picture"
[[nodiscard]] std::string NameOf(ImageFormat format);           // "png"
[[nodiscard]] std::string NameOf(Engine engine);                // "libtorch"
[[nodiscard]] std::string NameOf(OutputKind kind);              // "softmax"
[[nodiscard]] std::string NameOf(ResizeFilter filter);          // "bicubic"
[[nodiscard]] std::string NameOf(ResizeMode mode);              // "squash"
[[nodiscard]] std::string NameOf(ClassTarget::By by);           // "top"
[[nodiscard]] std::string NameOf(MapStatus status);             // "all_zero"

}  // namespace gradcam
