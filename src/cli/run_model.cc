#include "cli/run_model.h"

#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "gradcam/error.h"
#include "run/compiled_cache.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

// For anything but a file (a folder, a FIFO) the loader has the better words.
std::optional<ModelDigest> DigestOf(const fs::path& file, const fs::path& cache_folder) {
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return std::nullopt;
  return std::optional<ModelDigest>(std::in_place, file, cache_folder);
}

}  // namespace

fs::path CacheFolder(const Environment& environment) {
  // The XDG Base Directory Specification tells to ignore a relative one.
  const fs::path xdg = environment.xdg_cache_home.value_or("");
  if (xdg.is_absolute()) return xdg / "gradcam";
  if (environment.home) return fs::path(*environment.home) / ".cache" / "gradcam";
  return {};
}

LoadOptions ResolvedLoad(const ExplainArguments& arguments) {
  LoadOptions load = arguments.load;
  if (arguments.model.card) load.card = ReadCard(*arguments.model.card);
  if (arguments.labels) load.labels = ReadLabels(*arguments.labels);
  return load;
}

void RequireWritable(const fs::path& output) {
  std::error_code failed;
  fs::path folder = fs::absolute(output, failed).lexically_normal();
  while (!fs::exists(folder, failed) && folder.has_relative_path()) folder = folder.parent_path();
  if (access(folder.c_str(), W_OK | X_OK) == 0) return;
  throw Error(
      ErrorKind::kOutput,
      "cannot write into '" + output.string() + "': " + std::generic_category().message(errno),
      "choose another folder with --output");
}

int ExpectedPictures(const std::optional<std::size_t>& total) {
  constexpr std::size_t kStream = 1000;
  return static_cast<int>(total.value_or(kStream));
}

RunModel::RunModel(const fs::path& file, const LoadOptions& load, const fs::path& cache_folder)
    : file_(file),
      digest_(DigestOf(file, cache_folder)),
      explainer_{Explainer(file, WithCache(load, cache_folder))} {}

LoadOptions RunModel::WithCache(LoadOptions load, const fs::path& cache_folder) {
  if (digest_ && !cache_folder.empty()) {
    load.engine.compiled = std::make_shared<CompiledCache>(cache_folder / "compiled",
                                                           [this] { return digest_->Get(); });
  }
  return load;
}

ModelFile RunModel::file() const {
  return {file_.filename().string(), [this] { return digest_ ? digest_->Get() : std::string(); }};
}

}  // namespace gradcam
