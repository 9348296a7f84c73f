#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gradcam/card.h"
#include "gradcam/engine.h"
#include "model/device/compute_device.h"
#include "model/head_pass.h"
#include "model/torchscript_file.h"

namespace gradcam {

// A TorchScript classifier, cut behind one layer into a feature extractor, which runs without
// gradient, and a classifier head, which autograd runs through. docs/architecture.md tells how.
class SplitModel {
 public:
  // `layer`: a module path ("features.29"), a call of a module used several times ("relu#1", from
  // 0, negative from the end), a convolution by position ("conv#-1"), or empty for the default
  // layer. `output_kind`: empty = read off the graph and the first scores. `device`: where `file`
  // has been moved to; it outlives this. Throws Error(kUsage) for a layer that is not there or
  // cannot be cut at, Error(kModel) for a graph that is no classifier.
  SplitModel(const TorchScriptFile& file, const std::string& layer,
             std::optional<OutputKind> output_kind, const EngineOptions& options,
             ComputeDevice& device);
  ~SplitModel();
  SplitModel(SplitModel&&) noexcept;
  SplitModel& operator=(SplitModel&&) noexcept;

  // `input` [N, 3, H, W], float32, on the device. Throws Error(kModel) if the network refuses the
  // input, if the layer's output is not [N, C, h, w] or if the network's output is no [N, K],
  // Error(kMemory) if there is no memory for so many pictures.
  [[nodiscard]] HeadPass Run(const at::Tensor& input);

  // The same in float32, whatever the options, for an input that has been run.
  [[nodiscard]] HeadPass RunInFloat32(const at::Tensor& input);

  // The largest difference between the scores of the cut network, all of it in float32 by LibTorch,
  // and those of a plain forward of the file, as a fraction of the largest score. Costs both
  // passes.
  [[nodiscard]] double ScoreDifference(const at::Tensor& input);

  // How many pictures the next Run had best be given; 1 before the first.
  [[nodiscard]] int NextBatch() const;

  // The layer's name; with an empty `layer`, known after the first Run.
  [[nodiscard]] const std::string& layer() const;

  // kSoftmax or kSigmoid where a final softmax or sigmoid was found and taken off, else as given;
  // of a network with one output kSoftmax (its sigmoid was taken off) or kLogits, since its two
  // classes exclude each other. Before the first Run as given, or kLogits.
  [[nodiscard]] OutputKind output_kind() const;

  // What was found about the engines of the features half; taking it empties the list.
  [[nodiscard]] std::vector<std::string> TakeNotes();

  // Sentences for the user; taking them empties the list.
  [[nodiscard]] std::vector<std::string> TakeWarnings();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gradcam
