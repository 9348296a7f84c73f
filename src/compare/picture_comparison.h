#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/finding.h"
#include "compare/limits.h"
#include "compare/map_measures.h"
#include "compare/result_maps.h"
#include "gradcam/map.h"

namespace gradcam {

struct MapComparison {
  MapKind kind = MapKind::kGradcam;
  MapForm form = MapForm::kRaw;
  MapStatus baseline_status = MapStatus::kOk;
  MapStatus current_status = MapStatus::kOk;
  std::optional<MapMeasures> measures;  // where both maps are kOk
  Map baseline;                         // normalised, 0...1; both of one size where measured
  Map current;
  std::filesystem::path baseline_file;
  std::filesystem::path current_file;
};

// A map whose partner on the other side holds NaN or cannot be read: it is only looked at.
struct SoundMap {
  MapKind kind = MapKind::kGradcam;
  Side side = Side::kBaseline;
  Map map;  // normalised, 0...1
};

// A class that both sides explain.
struct ClassComparison {
  int index = 0;
  std::string label;
  double baseline_probability = 0;
  double current_probability = 0;
  std::vector<MapComparison> maps;
  std::vector<SoundMap> sound_maps;
};

// A map that is only looked at.
struct LoneMap {
  MapKind kind = MapKind::kGradcam;
  Map map;  // normalised, 0...1
};

// A class that one side explains and the other does not: its maps have no partners.
struct LoneClass {
  Side side = Side::kBaseline;
  int index = 0;
  std::string label;
  double probability = 0;
  std::vector<LoneMap> maps;
};

// What became of one picture.
struct PictureComparison {
  std::string name;  // path of the report below its folder, without ".json", as bytes
  FindingKind status = FindingKind::kSame;
  bool failed = false;  // false also for a difference that is allowed
  std::vector<Finding> findings;
  std::vector<std::string> notes;  // what is not the same and may be
  bool same_model = true;
  // Whether each class that CURRENT explains has a map that a later comparison can use; also true
  // of a picture that CURRENT lacks.
  bool current_has_maps = true;
  std::optional<double> max_probability_difference;  // of all classes told; where both are readable
  int seen_width = 0;  // of the part of the picture that the maps cover, in pixels as drawn
  int seen_height = 0;
  std::vector<ClassComparison> classes;
  std::vector<LoneClass> lone_classes;  // BASELINE's first; of a picture that one side has, too
};

struct CompareOptions {
  Limits limits;
  bool allow_missing = false;
  bool allow_new = false;
  bool same_model = false;          // another model file is a finding, kIncompatible
  bool allow_setup_change = false;  // compare in spite of another layer, score, preprocessing, ...
};

// The same without the values of the maps, to be kept.
[[nodiscard]] PictureComparison WithoutMaps(PictureComparison picture);

// Order of people: failed pictures first, then the graver status, then the larger difference of a
// map or of a probability, then by name.
[[nodiscard]] bool IsWorse(const PictureComparison& a, const PictureComparison& b);

// Adds a finding: the status becomes the gravest, and `failed` is set unless the finding is
// allowed.
void AddFinding(PictureComparison& picture, Finding finding, const CompareOptions& options);

}  // namespace gradcam
