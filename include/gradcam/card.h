#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "gradcam/export.h"

namespace gradcam {

enum class ResizeFilter { kBicubic, kBilinear };

enum class ResizeMode {
  kSquash,   // both sides to the network's size, whatever the aspect ratio
  kShorter,  // shorter side to `shorter_side`, then a centre crop of the network's size
};

// How pixels become the network's input: resize, then x = (pixel / scale - mean) / std.
struct Preprocess {
  std::string name;
  int height = 0;
  int width = 0;
  ResizeFilter filter = ResizeFilter::kBicubic;
  ResizeMode mode = ResizeMode::kSquash;
  int shorter_side = 0;  // kShorter only
  double scale = 1;
  std::array<double, 3> mean{0, 0, 0};  // R, G, B
  std::array<double, 3> std{1, 1, 1};   // R, G, B
  bool bgr = false;                     // the network takes channels in the order B, G, R
};

// What the network's output numbers are.
enum class OutputKind {
  kSoftmax,  // probabilities of exclusive classes; the softmax is part of the file
  kLogits,   // scores of exclusive classes before the softmax
  kSigmoid,  // independent classes
};

struct Label {
  std::string id;    // e.g. a WordNet id; may be empty
  std::string name;  // e.g. "Egyptian cat"
};

// Where a network's weights come from, in words.
struct Weights {
  std::string source;
  std::string licence;
  std::string digest;  // e.g. "md5:..." of the file they were read from
};

// What a classifier expects and means. Written by the export into the model file (extra file
// gradcam.json) or given beside it; docs/models.md describes the JSON.
struct Card {
  std::string name;
  std::string layer;                      // empty: the default layer of the graph
  std::optional<OutputKind> output_kind;  // empty: read off the graph
  std::vector<Preprocess> preprocess;     // the first is the default
  std::vector<Label> labels;              // empty, or one a class
  Weights weights;
};

// Reads a card from JSON text; `origin` names it in messages ("card 'vgg16.json'"). Preprocessings
// keep the order of the text, but one called "imagenet" comes first. Unknown fields are ignored.
// Throws Error(kUsage) that names the first wrong or missing field.
[[nodiscard]] GRADCAM_EXPORT Card ParseCard(const std::string& json, const std::string& origin);

// The card in `file`, which has at most 64 MiB. Throws Error(kUsage), also if it cannot be read.
[[nodiscard]] GRADCAM_EXPORT Card ReadCard(const std::filesystem::path& file);

// Labels from JSON (an array of names or of {"id", "label"}, an object {"0": "tench", ...} or
// {"0": ["n01440764", "tench"], ...}) or text, one name a line. Throws Error(kUsage), also if the
// file cannot be read.
[[nodiscard]] GRADCAM_EXPORT std::vector<Label> ReadLabels(const std::filesystem::path& file);

}  // namespace gradcam
