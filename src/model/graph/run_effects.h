#pragma once

#include <torch/csrc/jit/ir/ir.h>

#include <memory>

namespace gradcam {

// What a run of forward changes outside of its own values. Either would let one picture change the
// result of the next.
struct RunEffects {
  // It assigns to an attribute of a module or writes the memory of one in place (a counter, running
  // statistics), or it calls what could not be inlined and may do so.
  bool writes_module = false;
  bool draws_random_numbers = false;
};

[[nodiscard]] RunEffects EffectsOf(const std::shared_ptr<torch::jit::Graph>& graph);

}  // namespace gradcam
