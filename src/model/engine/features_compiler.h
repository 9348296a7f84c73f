#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gradcam/engine.h"
#include "model/engine/flat_graph.h"

namespace gradcam {

// A tensor of float32, row-major, in memory of whoever hands it out.
struct FloatArray {
  std::vector<std::int64_t> shape;
  const float* values = nullptr;
};

// A compiled features half. Not for use by two threads at once.
class CompiledFeatures {
 public:
  CompiledFeatures() = default;
  virtual ~CompiledFeatures() = default;
  CompiledFeatures(const CompiledFeatures&) = delete;
  CompiledFeatures& operator=(const CompiledFeatures&) = delete;

  // `pictures` [N, 3, H, W], any N, H and W as it was compiled for. What the graph puts out lives
  // until the next Run. Throws Error(kModel).
  [[nodiscard]] virtual std::vector<FloatArray> Run(const FloatArray& pictures) = 0;
};

struct CompileOptions {
  std::int64_t height = 0;
  std::int64_t width = 0;
  Precision precision = Precision::kFloat32;
  int threads = 1;
};

// Compiles the features half of a network for this processor: the interface of the plug-in
// libgradcam_openvino.so (core/plugin.h). No exception of the compiler's own leaves it.
class FeaturesCompiler {
 public:
  static constexpr int kVersion = 1;

  virtual ~FeaturesCompiler() = default;

  // Throws Error(kModel) for a graph or precision that it cannot take.
  [[nodiscard]] virtual std::unique_ptr<CompiledFeatures> Compile(
      const FlatGraph& graph, const CompileOptions& options) const = 0;
};

}  // namespace gradcam
