#pragma once

#include <string>

namespace torch::jit {
struct Function;
}  // namespace torch::jit

namespace gradcam {

// Files from strangers: a TorchScript graph can name any operator that LibTorch registers, also ones
// that write or read files. Every operator schema of the pinned LibTorch is classified in
// operator_classes.inc; only those that touch nothing but tensors and plain values may run.

// Walks `entry` and every function and method it can reach, nested blocks included. Throws
// Error(kModel) that names the first operator outside the allow-list. `where` names the file.
void RequireHarmless(torch::jit::Function& entry, const std::string& where);

}  // namespace gradcam
