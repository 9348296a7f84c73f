#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>

#include <string>
#include <vector>

#include "gradcam/engine.h"

namespace gradcam {

// What the features half of a cut gives for one batch; numbers in float32.
struct Features {
  c10::IValue self;                   // the network, in the state that the features half left it in
  at::Tensor activations;             // [N, C, h, w]
  std::vector<c10::IValue> carried;   // what else crosses the cut, as the head takes it
  Engine engine = Engine::kLibtorch;  // who computed them
};

// Runs the features half of a cut network, without gradient.
class FeaturesEngine {
 public:
  FeaturesEngine() = default;
  virtual ~FeaturesEngine() = default;
  FeaturesEngine(const FeaturesEngine&) = delete;
  FeaturesEngine& operator=(const FeaturesEngine&) = delete;
  FeaturesEngine(FeaturesEngine&&) = delete;
  FeaturesEngine& operator=(FeaturesEngine&&) = delete;

  // `input` [N, 3, H, W], float32. Throws what the engine's library throws.
  [[nodiscard]] virtual Features Run(const at::Tensor& input) = 0;

  // After a Run that was found right: keeps what was prepared for later runs of the program. What
  // became of that, as the end of a sentence; empty if there is nothing to keep.
  [[nodiscard]] virtual std::string Keep() { return {}; }

  // When the next Run is far off, if there is one: gives back memory that it will take again.
  virtual void ReturnMemory() {}
};

// The engine of a run, with the features half as the file has it to compare with and to fall back
// on.
class FeaturesOfRun : public FeaturesEngine {
 public:
  // By LibTorch in float32, whatever was chosen.
  [[nodiscard]] virtual Features RunReference(const at::Tensor& input) = 0;

  // How many pictures the next Run had best be given.
  [[nodiscard]] virtual int NextBatch() const = 0;

  // What was found, one sentence each; taking them empties the list.
  [[nodiscard]] virtual std::vector<std::string> TakeNotes() = 0;
};

}  // namespace gradcam
