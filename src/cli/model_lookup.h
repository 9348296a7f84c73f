#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/environment.h"

namespace gradcam {

// The folders where a model's name is looked up, first match wins: `models_dir` (option
// --models-dir), $GRADCAM_MODELS, ./models, $XDG_DATA_HOME/gradcam/models or
// ~/.local/share/gradcam/models, share/gradcam/models of the installation that `program` belongs
// to, models/ of the source tree.
[[nodiscard]] std::vector<std::filesystem::path> ModelPlaces(
    const std::optional<std::string>& models_dir, const Environment& environment,
    const std::filesystem::path& program);

// The path of the running program, or an empty path where the system does not tell.
[[nodiscard]] std::filesystem::path ProgramPath();

// A model known by name: a card NAME.json, an exported file NAME.pt, or both.
struct KnownModel {
  std::string name;
  std::optional<std::filesystem::path> card;  // from the first place that has it
  std::optional<std::filesystem::path> file;  // from the first place that has it
};

// Everything that lies in `places`, by name.
[[nodiscard]] std::vector<KnownModel> FindKnownModels(
    const std::vector<std::filesystem::path>& places);

// `model` as a path if there is such a file or if it holds a '/', otherwise NAME.pt of the first of
// `places` that has it. Throws Error(kModel) that lists the places and how to export the model.
[[nodiscard]] std::filesystem::path FindModel(const std::string& model,
                                              const std::vector<std::filesystem::path>& places);

}  // namespace gradcam
