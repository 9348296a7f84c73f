#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "cli/arguments.h"
#include "cli/environment.h"
#include "gradcam/explainer.h"
#include "run/model_digest.h"
#include "run/picture_explainer.h"
#include "run/run_context.h"

namespace gradcam {

// The options of loading with the files that they name read in: card and labels. Throws Error.
[[nodiscard]] LoadOptions ResolvedLoad(const ExplainArguments& arguments);

// Where digests of models are kept; empty without a home.
[[nodiscard]] std::filesystem::path CacheFolder(const Environment& environment);

// Throws Error(kOutput) if the output folder, or the nearest of its parents that exists, may not be
// written: every picture would fail alike, after all the work.
void RequireWritable(const std::filesystem::path& output);

// How many pictures the engines are told to expect. A stream is taken for a long run, which is
// worth some time to find the fastest engine.
[[nodiscard]] int ExpectedPictures(const std::optional<std::size_t>& total);

// A model file, loaded onto its device. Its digest is computed on a second thread meanwhile. What
// is kept of it for later runs, digest and compiled networks, is in `cache_folder`; empty: nothing.
class RunModel {
 public:
  // Throws Error(kModel) or Error(kUsage).
  RunModel(const std::filesystem::path& file, const LoadOptions& load,
           const std::filesystem::path& cache_folder);
  ~RunModel() = default;
  RunModel(const RunModel&) = delete;
  RunModel& operator=(const RunModel&) = delete;
  RunModel(RunModel&&) = delete;
  RunModel& operator=(RunModel&&) = delete;

  [[nodiscard]] ModelExplainer& explainer() { return explainer_; }
  // Refers to this.
  [[nodiscard]] ModelFile file() const;

 private:
  [[nodiscard]] LoadOptions WithCache(LoadOptions load, const std::filesystem::path& cache_folder);

  std::filesystem::path file_;
  std::optional<ModelDigest> digest_;
  ModelExplainer explainer_;
};

}  // namespace gradcam
