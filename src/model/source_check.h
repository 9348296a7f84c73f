#pragma once

#include <torch/csrc/jit/frontend/source_range.h>

#include <memory>

#include "model/torchscript_file.h"

namespace gradcam {

// The code of a TorchScript file is compiled before its operators can be looked at. Three things
// could go wrong in that: LibTorch's parser and compiler recurse, so deep nesting exhausts the
// stack; default arguments and class constants are executed; and constants are folded. Throws
// Error(kModel) if `source` nests deeper than any export does and, with Trust::kAllowListOnly, if
// such a value is more than a literal or if the code names an operator outside the allow-list that
// folding would run.
void RequirePlainSource(const std::shared_ptr<torch::jit::Source>& source, Trust trust);

}  // namespace gradcam
