#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "gradcam/compiled_networks.h"
#include "gradcam/engine.h"
#include "model/engine/flat_graph.h"

namespace gradcam {

// A tensor, row-major, in memory of whoever hands it out. A plain number has no dimensions.
struct NumberArray {
  NumberType type = NumberType::kFloat32;
  std::vector<std::int64_t> shape;
  const void* values = nullptr;
};

// A compiled features half. Not for use by two threads at once.
class CompiledFeatures {
 public:
  CompiledFeatures() = default;
  virtual ~CompiledFeatures() = default;
  CompiledFeatures(const CompiledFeatures&) = delete;
  CompiledFeatures& operator=(const CompiledFeatures&) = delete;

  // `pictures` [N, 3, H, W], float32, any N, H and W as it was compiled for. What the graph puts
  // out, float32, int32 or int64, lives until the next Run. Throws Error(kModel).
  [[nodiscard]] virtual std::vector<NumberArray> Run(const NumberArray& pictures) = 0;

  // As bytes for FeaturesCompiler::Import, weights included, into a stream that it may seek in.
  // Throws Error(kModel).
  virtual void Export(std::ostream& bytes) const = 0;
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
  static constexpr int kVersion = 4;

  virtual ~FeaturesCompiler() = default;

  // Throws Error(kModel) for a graph or precision that it cannot take.
  [[nodiscard]] virtual std::unique_ptr<CompiledFeatures> Compile(
      const FlatGraph& graph, const CompileOptions& options) const = 0;

  // What Export gave, compiled with the same options and under the same Identity. Throws
  // Error(kModel) for what it cannot read, but need not withstand bytes that were tampered with.
  [[nodiscard]] virtual std::unique_ptr<CompiledFeatures> Import(
      const KeptBytes& exported, const CompileOptions& options) const = 0;

  // The compiler's version and the processor that it compiles for, in one line. Throws
  // Error(kModel).
  [[nodiscard]] virtual std::string Identity() const = 0;
};

}  // namespace gradcam
