#pragma once

#include <optional>
#include <string>

namespace gradcam {

// The environment variables that the program reads, once, at its start. An empty variable counts as
// unset. No other part of the program looks at the environment.
struct Environment {
  std::optional<std::string> model;            // GRADCAM_MODEL: default of --model
  std::optional<std::string> models_dir;       // GRADCAM_MODELS: folder of models
  std::optional<std::string> device;           // GRADCAM_DEVICE: default of --device
  std::optional<std::string> xdg_cache_home;   // XDG_CACHE_HOME
  std::optional<std::string> xdg_data_home;    // XDG_DATA_HOME
  std::optional<std::string> home;             // HOME
  std::optional<std::string> no_color;         // NO_COLOR: any value turns colour off
  std::optional<std::string> term;             // TERM: "dumb" turns colour off
  std::optional<std::string> omp_num_threads;  // OMP_NUM_THREADS: respected without --threads
};

[[nodiscard]] Environment ReadEnvironment();

}  // namespace gradcam
