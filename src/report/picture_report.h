#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "gradcam/draw.h"
#include "gradcam/explainer.h"
#include "gradcam/map.h"
#include "report/settings.h"

namespace gradcam {

// The program and the model of a run.
struct ToolReport {
  std::string version;   // "0.1.0"
  std::string libtorch;  // "2.11.0"
};

struct ModelReport {
  std::string file;    // file name without its folder
  std::string sha256;  // of the file, 64 hex digits
  ModelInfo info;
};

// What is the same for every picture of a run.
struct RunContext {
  ToolReport tool;
  ModelReport model;
  Settings settings;
  std::string settings_sha256;
};

struct ImageReport {
  std::string file;    // path below its input, as bytes; never absolute
  std::string sha256;  // of the file's bytes
  int width = 0;       // upright
  int height = 0;
  int exif_orientation = 1;
  Rect seen;
};

struct MapReport {
  MapSummary summary;
  std::optional<Point>
      peak;       // in pixels of the picture that is drawn on; empty unless the status is kOk
  int width = 0;  // of the raw map
  int height = 0;
};

// A written file: `key` as in the report ("gradcam_overlay"), `name` without folder.
struct OutputFile {
  std::string key;
  std::string name;
};

struct ClassReport {
  Prediction prediction;
  ClassTarget::By chosen_by = ClassTarget::By::kTop;
  MapReport gradcam;
  MapReport saliency;
  std::vector<OutputFile> files;
};

// All that is known of one explained picture.
struct PictureReport {
  ImageReport image;
  std::vector<Prediction> top;
  std::optional<Prediction> truth;  // the true class, if it is known
  std::vector<ClassReport> explanations;
  std::vector<OutputFile> files;  // of the picture as a whole: "input"
  Engine engine = Engine::kLibtorch;
  Precision precision = Precision::kFloat32;  // kFloat32 also where the one asked for overflowed
  std::filesystem::path folder;               // where the files stand; not part of the JSON
  std::string report_file;  // name of the JSON report, or empty if none is written
};

// Whether the most probable class is the true one; nothing if that is not known.
[[nodiscard]] std::optional<bool> IsCorrect(const std::vector<Prediction>& top,
                                            const std::optional<Prediction>& truth);

// The report as docs/schema/report.schema.json describes it.
[[nodiscard]] nlohmann::ordered_json ToJson(const PictureReport& picture, const RunContext& run);

// "top", "truth", an index, or "label:NAME".
[[nodiscard]] nlohmann::ordered_json TargetToJson(const ClassTarget& target);

// Parts that the report of the run shares with that of a picture.
[[nodiscard]] nlohmann::ordered_json ToolToJson(const RunContext& run, Engine engine,
                                                Precision precision);
[[nodiscard]] nlohmann::ordered_json ModelToJson(const ModelReport& model);

// What decides the bytes of a picture's files besides the picture and the model file: layer, output
// kind, labels, preprocessing, precision, score, classes, top_k, drawing and the kinds written.
[[nodiscard]] nlohmann::ordered_json SettingsToJson(const Settings& settings,
                                                    const ModelInfo& model);

// The text whose SHA-256 is `settings_sha256`: model digest, SettingsToJson, labels and the other
// choices that decide the last bits, with sorted keys. `model` as it is before the first picture,
// so that it can be compared without running the network: a layer that is left to the network has
// no name yet.
[[nodiscard]] std::string CanonicalSettings(const Settings& settings, const ModelReport& model);

// Every written file but the report: those of the classes, then those of the picture as a whole.
[[nodiscard]] std::vector<OutputFile> FilesOf(const PictureReport& picture);

// Whether `text` is a report that gradcam wrote, of a picture or of a run.
[[nodiscard]] bool IsReport(const std::string& text);

}  // namespace gradcam
