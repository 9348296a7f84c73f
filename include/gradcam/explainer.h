#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/engine.h"
#include "gradcam/export.h"
#include "gradcam/image.h"
#include "gradcam/map.h"

namespace gradcam {

// The quantity whose gradient weighs the feature maps; docs/method.md has the formulas.
enum class Score {
  kLogOdds,         // z_c - logsumexp of the other logits; never saturates
  kLogit,           // z_c
  kProbability,     // p_c
  kLogProbability,  // log p_c
};

// A class to explain: the most probable one, one by index, one by its label, or the true one.
struct ClassTarget {
  enum class By { kTop, kIndex, kLabel, kTruth };
  By by = By::kTop;
  int index = 0;      // By::kIndex
  std::string label;  // By::kLabel; case is ignored and "_" stands for a space
};

// Single fields in place of the card's preprocessing. A model without any card needs scale, mean
// and std here; its size may also come from the example input that a traced file keeps.
struct PreprocessOverrides {
  std::optional<int> height;
  std::optional<int> width;
  std::optional<double> scale;
  std::optional<std::array<double, 3>> mean;  // R, G, B
  std::optional<std::array<double, 3>> std;   // R, G, B
  std::optional<bool> bgr;
  std::optional<ResizeFilter> filter;
  // Shorter side to floor(size / crop), then a centre crop of the size; in 0 (exclusive)...1.
  std::optional<double> crop;
};

struct LoadOptions {
  std::string layer;                      // empty: the card's, else the graph's default layer
  std::optional<Card> card;               // in place of the file's own card
  std::string preprocess_name;            // empty: the card's first preprocessing
  PreprocessOverrides preprocess;         // on top of the card's
  std::optional<OutputKind> output_kind;  // in place of the card's
  std::vector<Label> labels;              // in place of the card's, unless empty
  bool trust_model = false;               // run a file with operators outside the allow-list
  EngineOptions engine;
};

struct ExplainOptions {
  std::vector<ClassTarget> classes{ClassTarget{}};
  Score score = Score::kLogOdds;
  int top_k = 5;
};

struct Prediction {
  int index = 0;
  std::string label;  // empty without labels
  std::string id;     // empty without ids
  double probability = 0;
  double logit = 0;
};

// A picture as a network sees it.
struct PreparedPicture {
  Image image;  // at the network's size, in R, G, B and before scale, mean and std
  Rect seen;    // the part of the picture that is in `image`
};

// The maps of one class: raw channel means at the layer's own size, before ReLU and normalisation.
struct ClassExplanation {
  Prediction prediction;
  ClassTarget::By chosen_by = ClassTarget::By::kTop;
  Map gradcam;   // mean over channels of activation * pooled gradient (Selvaraju et al. 2017)
  Map saliency;  // mean over channels of the activations
};

struct Explanation {
  std::vector<Prediction> top;      // most probable first
  std::optional<Prediction> truth;  // what the network says of the true class, if that is known
  std::vector<ClassExplanation> classes;
  Rect seen;    // the part of the picture that the network saw
  Image input;  // that part at the network's size, in R, G, B and before scale, mean and std
  Engine engine = Engine::kLibtorch;  // who ran the features half
  // In what numbers: kFloat32 also where those asked for overflowed.
  Precision precision = Precision::kFloat32;
};

// Seconds that Explain has spent so far in each of its stages.
struct ExplainTimes {
  double prepare = 0;  // x = (pixel / scale - mean) / std; resizing, unless it was done before
  // On a GPU, all of the next three for batches of a size that was not there before: kernels are
  // loaded, made and chosen.
  double warm_up = 0;
  double features = 0;  // the features half
  double head = 0;      // the head, forward
  double gradient = 0;  // the head, backward, and the maps
  double check = 0;     // comparing: the cut with a plain forward, a batch with a single picture
};

// What went wrong so far and was put right.
struct Recoveries {
  int halved = 0;           // times that a batch did not fit into memory and was halved
  int redone_pictures = 0;  // in float32, because half precision overflowed
};

// What is known of a loaded model. layer_shape and classes are empty and 0 before the first
// picture.
struct ModelInfo {
  std::string name;              // the card's, else the file's stem
  std::string layer;             // as `LoadOptions::layer` takes it
  std::vector<int> layer_shape;  // [C, h, w]
  OutputKind output_kind = OutputKind::kLogits;
  int classes = 0;
  Preprocess preprocess;
  std::vector<Label> labels;
};

// An image classifier, cut at one layer, that explains its predictions. Not for use by two threads
// at once, except for Prepare. All members throw Error: kModel for the file, kUsage for an unknown
// layer or class, kDevice once the device no longer answers.
//
// The first one changes LibTorch for the whole process: what a model prints goes to stderr, and a
// few integer operators and the LSTM check their arguments instead of ending the process. Where
// OpenVINO computes, Explain ends the OpenMP threads that wait for the calling thread; its next
// parallel region starts others.
class GRADCAM_EXPORT Explainer {
 public:
  // Loads a TorchScript file onto the device of `options.engine` and cuts it. For a CUDA device,
  // and for kAuto, it must be the first that the process does with LibTorch.
  explicit Explainer(const std::filesystem::path& model, const LoadOptions& options = {});
  ~Explainer();
  Explainer(Explainer&&) noexcept;
  Explainer& operator=(Explainer&&) noexcept;

  [[nodiscard]] Explanation Explain(const Image& picture, const ExplainOptions& options = {});

  // Several pictures in one pass, which is faster; any number of them.
  [[nodiscard]] std::vector<Explanation> Explain(std::span<const Image> pictures,
                                                 const ExplainOptions& options = {});

  // The same for pictures whose true class is known: one entry a picture, by index or label.
  // ClassTarget::By::kTruth needs it.
  [[nodiscard]] std::vector<Explanation> Explain(
      std::span<const Image> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths);

  // Resizes a picture, so that this need not be done by Explain: several threads may do it at once,
  // while another one explains what has been prepared. Throws Error(kInput).
  [[nodiscard]] PreparedPicture Prepare(const Image& picture) const;

  // Explains pictures that this Explainer has prepared. `seen` and `input` of the explanations are
  // left empty: they would be those of `pictures`.
  [[nodiscard]] std::vector<Explanation> Explain(
      std::span<const PreparedPicture> pictures, const ExplainOptions& options,
      std::span<const std::optional<ClassTarget>> truths);

  // How many pictures the next Explain had best be given: 1 before the first one.
  [[nodiscard]] int NextBatch() const;

  // Throws Error(kModel) if the cut network's scores for `picture` differ from those of a plain
  // forward pass by more than 1e-4 of the largest score.
  void SelfCheck(const Image& picture);
  void SelfCheck(const PreparedPicture& picture);

  [[nodiscard]] const ModelInfo& info() const;

  [[nodiscard]] ExplainTimes times() const;

  [[nodiscard]] Recoveries recoveries() const;

  // Where it computes: never kAuto.
  [[nodiscard]] Device device() const;

  // That device as people know it ("NVIDIA H100 80GB HBM3"); empty for the CPU.
  [[nodiscard]] std::string device_name() const;

  // What was found about the device and the engines that LoadOptions::engine leaves the choice of,
  // one sentence each; taking them empties the list.
  [[nodiscard]] std::vector<std::string> TakeNotes();

  // What the user should know of this model, one sentence each; taking them empties the list.
  [[nodiscard]] std::vector<std::string> TakeWarnings();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gradcam
