#include "cli/model_lookup.h"

#include <algorithm>
#include <map>
#include <system_error>

#include "cli/suggest.h"
#include "core/joined.h"
#include "gradcam/error.h"

namespace gradcam {
namespace {

namespace fs = std::filesystem;

bool Exists(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool IsFolder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::string Quoted(const std::vector<fs::path>& paths) {
  return JoinedQuoted({paths.begin(), paths.end()});
}

[[noreturn]] void ThrowNotFound(const std::string& model, const std::vector<fs::path>& places) {
  const std::string list = "'gradcam models' lists what is known";
  if (model.ends_with(".pt")) {
    throw Error(ErrorKind::kModel, "no model file '" + model + "'",
                "give the path of a TorchScript file, or the name of a model; " + list);
  }
  std::vector<std::string> names;
  for (const KnownModel& known : FindKnownModels(places)) names.push_back(known.name);
  const bool is_known = std::find(names.begin(), names.end(), model) != names.end();
  std::string hint = is_known ? "" : DidYouMean(model, names);
  if (!hint.empty()) hint += " ";
  throw Error(ErrorKind::kModel,
              "no model '" + model + "': there is no such file, and no '" + model + ".pt' in " +
                  Quoted(places),
              hint + "export it with 'scripts/export_model.py " + model +
                  "', or give the path of a TorchScript file; " + list);
}

}  // namespace

std::vector<fs::path> ModelPlaces(const std::optional<std::string>& models_dir,
                                  const Environment& environment, const fs::path& program) {
  std::vector<fs::path> places;
  const auto add = [&](const fs::path& place) {
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  };
  if (models_dir) add(*models_dir);
  if (environment.models_dir) add(*environment.models_dir);
  add("models");
  if (environment.xdg_data_home) {
    add(fs::path(*environment.xdg_data_home) / "gradcam" / "models");
  } else if (environment.home) {
    add(fs::path(*environment.home) / ".local" / "share" / "gradcam" / "models");
  }
  if (program.parent_path().filename() == "bin") {
    add(program.parent_path().parent_path() / "share" / "gradcam" / "models");
  }
  add(GRADCAM_SOURCE_MODELS);
  return places;
}

fs::path ProgramPath() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

std::vector<KnownModel> FindKnownModels(const std::vector<fs::path>& places) {
  std::map<std::string, KnownModel> models;
  for (const fs::path& place : places) {
    std::error_code failed;
    fs::directory_iterator entry(place, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
      const fs::path& path = entry->path();
      if (path.extension() != ".json" && path.extension() != ".pt") continue;
      const std::string name = path.stem().string();
      KnownModel& model = models.try_emplace(name, KnownModel{name, {}, {}}).first->second;
      std::optional<fs::path>& slot = path.extension() == ".pt" ? model.file : model.card;
      if (!slot) slot = path;
    }
  }
  std::vector<KnownModel> sorted;
  sorted.reserve(models.size());
  for (auto& [name, model] : models) sorted.push_back(std::move(model));
  return sorted;
}

fs::path FindModel(const std::string& model, const std::vector<fs::path>& places) {
  if (model.find('/') != std::string::npos) return model;  // the loader says what is wrong with it
  if (Exists(model) && !IsFolder(model)) return model;
  for (const fs::path& place : places) {
    fs::path file = place / (model + ".pt");
    if (Exists(file)) return file;
  }
  if (IsFolder(model)) return model;
  ThrowNotFound(model, places);
}

}  // namespace gradcam
