#pragma once

#include <string>
#include <string_view>

namespace torch::jit {
struct Function;
}  // namespace torch::jit

namespace gradcam {

// Files from strangers: a TorchScript graph can name any operator that LibTorch registers, also
// ones that write or read files. Every operator schema of the pinned LibTorch is classified in
// operator_classes.inc; only those that touch nothing but tensors and plain values may run.

// Walks `entry` and every function and method it can reach, nested blocks included. Throws
// Error(kModel) that names the first operator outside the allow-list. `where` begins the
// message ("it", "model 'net.pt'").
void RequireHarmless(torch::jit::Function& entry, const std::string& where);

// LibTorch's compiler runs operators of plain values while it folds constants, before there is a
// graph to check. True for the name of one that is outside the allow-list ("_print"); code that
// mentions it is refused before it is compiled.
[[nodiscard]] bool RunsWhileCompiling(std::string_view identifier);

}  // namespace gradcam
