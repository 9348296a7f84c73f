#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "gradcam/engine.h"
#include "model/engine/half_times.h"

namespace gradcam {

// How a pass came about.
struct PassFacts {
  HalfTimes times;
  Engine engine = Engine::kLibtorch;          // who computed the activations
  Precision precision = Precision::kFloat32;  // and in what numbers
};

// One run of the head on the activations of one batch, with its autograd tape.
class HeadPass {
 public:
  HeadPass(at::Tensor activations, at::Tensor logits, std::string layer,
           const PassFacts& facts = {});

  // [N, C, h, w], float32, detached: the output of the layer.
  [[nodiscard]] at::Tensor activations() const;

  // [N, K], float32, detached: scores before softmax or sigmoid. K >= 2: a network with one output
  // z has the classes 0 and 1 with the logits (0, z).
  [[nodiscard]] at::Tensor logits() const;

  // Vector-Jacobian product of the head: d<cotangent, logits>/d activations, [N, C, h, w]. The tape
  // is kept, so several cotangents [N, K] can be sent back. Throws Error(kUsage) if the logits do
  // not depend on the activations, Error(kModel) if LibTorch cannot differentiate the head,
  // Error(kMemory) if there is no memory left.
  [[nodiscard]] at::Tensor Gradient(const at::Tensor& cotangent) const;

  [[nodiscard]] const PassFacts& facts() const { return facts_; }

 private:
  at::Tensor activations_;  // the leaf
  at::Tensor logits_;       // with its tape
  std::string layer_;
  PassFacts facts_;
};

}  // namespace gradcam
