#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <string>

namespace gradcam {

// A small module whose layer `maps` has the lines of `body`, and behind it a head.
[[nodiscard]] torch::jit::Module ModuleWithMaps(const std::string& body);

// The features half of ModuleWithMaps, cut at `maps`.
[[nodiscard]] std::shared_ptr<torch::jit::Graph> FeaturesOfMaps(const torch::jit::Module& module);

// [count, 3, 9, 7]
[[nodiscard]] at::Tensor SmallPictures(std::int64_t count);

// Largest difference as a share of the maximum of `expected`.
[[nodiscard]] double ShareOfMaximum(const at::Tensor& found, const at::Tensor& expected);

// How many nodes of this kind there are, nested blocks included.
[[nodiscard]] int CountNodes(torch::jit::Graph& graph, const std::string& kind);

}  // namespace gradcam
