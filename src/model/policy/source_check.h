#pragma once

#include <torch/csrc/jit/frontend/source_range.h>

#include <cstddef>
#include <memory>

#include "model/policy/trust.h"

namespace gradcam {

// The code of a TorchScript file is compiled before its operators can be looked at. Three things
// could go wrong in that: LibTorch's parser and compiler recurse, so deep nesting exhausts the
// stack; default arguments and class constants are executed; and constants are folded.
class SourceCheck {
 public:
  explicit SourceCheck(Trust trust) : trust_(trust) {}

  // Throws Error(kModel) if `source` nests deeper than any export does, or all sources so far
  // together deeper than the stack of RunOnBigStack holds; and, with Trust::kAllowListOnly, if a
  // default or a constant is more than a literal or if the code names an operator outside the
  // allow-list that folding would run.
  void Require(const std::shared_ptr<torch::jit::Source>& source);

 private:
  Trust trust_;
  std::size_t levels_ = 0;  // what compiling recurses at most, all definitions nested
};

}  // namespace gradcam
