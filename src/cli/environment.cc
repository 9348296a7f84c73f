#include "cli/environment.h"

#include <cstdlib>

namespace gradcam {
namespace {

std::optional<std::string> Variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace

Environment ReadEnvironment() {
  return {.model = Variable("GRADCAM_MODEL"),
          .models_dir = Variable("GRADCAM_MODELS"),
          .device = Variable("GRADCAM_DEVICE"),
          .xdg_cache_home = Variable("XDG_CACHE_HOME"),
          .xdg_data_home = Variable("XDG_DATA_HOME"),
          .home = Variable("HOME"),
          .no_color = Variable("NO_COLOR"),
          .term = Variable("TERM"),
          .omp_num_threads = Variable("OMP_NUM_THREADS")};
}

}  // namespace gradcam
