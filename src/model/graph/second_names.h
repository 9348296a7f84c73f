#pragma once

#include <torch/csrc/jit/ir/alias_analysis.h>
#include <torch/csrc/jit/ir/ir.h>

#include <string>

namespace gradcam {

// Whether `other` is, or may hold, the memory of the tensor `value`.
[[nodiscard]] bool IsSecondName(const torch::jit::AliasDb& aliases, torch::jit::Value* other,
                                torch::jit::Value* value);

// Throws Error(kUsage): `layer` cannot be explained, since the network reads its memory under
// another name as well, and that path would be missed.
[[noreturn]] void RefuseSecondName(const std::string& layer);

}  // namespace gradcam
