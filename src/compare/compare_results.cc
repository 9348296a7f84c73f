#include "compare/compare_results.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "compare/prediction_comparison.h"
#include "compare/setup_difference.h"
#include "gradcam/draw.h"
#include "report/settings.h"
#include "report/text.h"

namespace gradcam {
namespace {

constexpr const char* kWriteHint = "make both with --write json,raw";

// Of a map that two of other sizes are enlarged to: as many as the pixels of a large picture.
constexpr std::int64_t kMostCells = DecodeOptions{}.max_pixels;

// A side with a report that could be read.
struct OneSide {
  SideReader* reader = nullptr;
  const StoredReport* report = nullptr;
};

bool HasMap(const ClassReport& explained, MapKind kind) {
  return MapFileName(explained, kind, MapForm::kRaw) ||
         MapFileName(explained, kind, MapForm::kHeatmap);
}

const ClassReport* ClassIn(const PictureReport& picture, int index) {
  const auto found = std::ranges::find(picture.explanations, index, [](const ClassReport& report) {
    return report.prediction.index;
  });
  return found == picture.explanations.end() ? nullptr : &*found;
}

// A map that nothing is compared with: it must be sound. Of several forms the raw map is kept.
std::optional<Map> ReadLoneMap(SideReader& reader, const StoredReport& report,
                               const ClassReport& explained, MapKind kind) {
  std::optional<Map> kept;
  for (const MapForm form : {MapForm::kRaw, MapForm::kHeatmap}) {
    if (!MapFileName(explained, kind, form)) continue;
    std::optional<ResultMapValues> values = reader.ReadMap(report, explained, kind, form);
    if (values && !kept) kept = std::move(values->map);
  }
  return kept;
}

std::vector<LoneMap> ReadLoneMaps(SideReader& reader, const StoredReport& report,
                                  const ClassReport& explained) {
  std::vector<LoneMap> maps;
  for (const MapKind kind : kMapKinds) {
    std::optional<Map> map = ReadLoneMap(reader, report, explained, kind);
    if (map) maps.push_back({kind, *std::move(map)});
  }
  return maps;
}

void AddLoneClass(SideReader& reader, const StoredReport& report, const ClassReport& explained,
                  PictureComparison& picture) {
  picture.lone_classes.push_back({.side = reader.side(),
                                  .index = explained.prediction.index,
                                  .label = explained.prediction.label,
                                  .probability = explained.prediction.probability,
                                  .maps = ReadLoneMaps(reader, report, explained)});
}

void SetSeenPart(const StoredReport& report, PictureComparison& picture) {
  const Rect seen = DrawnPart(report);
  picture.seen_width = seen.width;
  picture.seen_height = seen.height;
}

// Nothing is compared with these results, but their numbers must be sound.
void CheckNumbers(SideReader& reader, const StoredReport& report) {
  reader.CheckPredictions(report);
  for (const ClassReport& explained : report.picture.explanations) {
    (void)ReadLoneMaps(reader, report, explained);
  }
}

// Compares two results part by part.
class Comparer {
 public:
  Comparer(const OneSide& baseline, const OneSide& current, const CompareOptions& options,
           PictureComparison& picture)
      : baseline_(baseline), current_(current), options_(options), picture_(picture) {}

  void Compare() {
    CompareSetups();
    if (picture_.status == FindingKind::kIncompatible) {
      // It may become a baseline.
      return CheckNumbers(*current_.reader, *current_.report);
    }
    const PictureReport& before = baseline_.report->picture;
    const PictureReport& after = current_.report->picture;
    PredictionComparison predictions =
        ComparePredictions(before, after, options_.limits.max_probability_difference);
    picture_.max_probability_difference = predictions.max_probability_difference;
    for (Finding& finding : predictions.findings) Add(std::move(finding));
    std::ranges::move(predictions.notes, std::back_inserter(picture_.notes));
    for (const ClassReport& explained : before.explanations) {
      const ClassReport* partner = ClassIn(after, explained.prediction.index);
      if (partner != nullptr) {
        CompareClass(explained, *partner);
      } else {
        AddLoneClass(*baseline_.reader, *baseline_.report, explained, picture_);
      }
    }
    for (const ClassReport& explained : after.explanations) {
      if (ClassIn(before, explained.prediction.index) == nullptr) {
        AddLoneClass(*current_.reader, *current_.report, explained, picture_);
      }
    }
  }

 private:
  void Add(Finding finding) { AddFinding(picture_, std::move(finding), options_); }

  void CompareSetups() {
    SetupDifference setup = CompareSetup(*baseline_.report, *current_.report);
    for (std::string& difference : setup.differences) {
      if (options_.allow_setup_change) {
        setup.notes.push_back(std::move(difference));
      } else {
        Add({.kind = FindingKind::kIncompatible, .text = std::move(difference)});
      }
    }
    picture_.same_model = setup.same_model;
    if (!setup.same_model && options_.same_model) {
      Add({.kind = FindingKind::kIncompatible,
           .text = "model file: " + ModelText(*baseline_.report) + " -> " +
                   ModelText(*current_.report)});
    }
    picture_.notes = std::move(setup.notes);
  }

  static std::string ModelText(const StoredReport& report) {
    return Quoted(report.run.model.file) + " (SHA-256 " +
           Printable(report.run.model.sha256.substr(0, 12)) + "...)";
  }

  void CompareClass(const ClassReport& before, const ClassReport& after) {
    ClassComparison result{.index = before.prediction.index,
                           .label = before.prediction.label,
                           .baseline_probability = before.prediction.probability,
                           .current_probability = after.prediction.probability,
                           .maps = {},
                           .sound_maps = {}};
    bool any = false;
    for (const MapKind kind : kMapKinds) {
      if (!HasMap(before, kind) && !HasMap(after, kind)) continue;
      any = true;
      if (const std::optional<MapForm> form = CommonForm(before, after, kind)) {
        CompareMap(before, after, kind, *form, result);
      } else {
        Add({.kind = FindingKind::kIncompatible,
             .text = MapName(before.prediction, kind) +
                     ": no form of it is on both sides and drawn alike; " + kWriteHint,
             .class_index = result.index,
             .map = kind});
        (void)ReadLoneMap(*current_.reader, *current_.report, after, kind);
      }
    }
    if (!any) {
      Add({.kind = FindingKind::kIncompatible,
           .text = std::string("neither side has a map to compare; ") + kWriteHint,
           .class_index = result.index});
    }
    picture_.classes.push_back(std::move(result));
  }

  // Raw maps if both sides have one, else heatmaps that were drawn in the same way.
  [[nodiscard]] std::optional<MapForm> CommonForm(const ClassReport& before,
                                                  const ClassReport& after, MapKind kind) const {
    const auto both_have = [&](MapForm form) {
      return MapFileName(before, kind, form) && MapFileName(after, kind, form);
    };
    if (both_have(MapForm::kRaw)) return MapForm::kRaw;
    const RenderOptions& drawn_before = baseline_.report->run.settings.render;
    const RenderOptions& drawn_after = current_.report->run.settings.render;
    const bool drawn_alike = drawn_before.map.normalization == drawn_after.map.normalization &&
                             drawn_before.map.upsampling == drawn_after.map.upsampling &&
                             drawn_before.output_size == drawn_after.output_size;
    if (both_have(MapForm::kHeatmap) && drawn_alike) return MapForm::kHeatmap;
    return std::nullopt;
  }

  void CompareMap(const ClassReport& before, const ClassReport& after, MapKind kind, MapForm form,
                  ClassComparison& result) {
    std::optional<ResultMapValues> a =
        baseline_.reader->ReadMap(*baseline_.report, before, kind, form);
    std::optional<ResultMapValues> b =
        current_.reader->ReadMap(*current_.report, after, kind, form);
    if (!a || !b) {
      if (a) result.sound_maps.push_back({kind, Side::kBaseline, std::move(a->map)});
      if (b) result.sound_maps.push_back({kind, Side::kCurrent, std::move(b->map)});
      return;
    }
    MapComparison map{.kind = kind,
                      .form = form,
                      .baseline_status = a->status,
                      .current_status = b->status,
                      .measures = {},
                      .baseline = std::move(a->map),
                      .current = std::move(b->map),
                      .baseline_file = a->file,
                      .current_file = b->file};
    CompareValues(before.prediction, map);
    result.maps.push_back(std::move(map));
  }

  void CompareValues(const Prediction& explained, MapComparison& map) {
    Finding finding{.kind = FindingKind::kMapChanged,
                    .text = MapName(explained, map.kind) + ": ",
                    .class_index = explained.index,
                    .map = map.kind};
    if (map.baseline_status != map.current_status) {
      finding.text += "status " + NameOf(map.baseline_status) + " -> " + NameOf(map.current_status);
      finding.measure = "status";
      return Add(std::move(finding));
    }
    if (map.baseline_status != MapStatus::kOk) return;
    Map& a = map.baseline;
    Map& b = map.current;
    const bool same_size = a.width == b.width && a.height == b.height;
    if (!same_size && !options_.allow_setup_change) {
      finding.kind = FindingKind::kIncompatible;
      finding.text += std::to_string(a.height) + " x " + std::to_string(a.width) + " values -> " +
                      std::to_string(b.height) + " x " + std::to_string(b.width);
      return Add(std::move(finding));
    }
    if (!same_size) {
      const int width = std::max(a.width, b.width);
      const int height = std::max(a.height, b.height);
      if (static_cast<std::int64_t>(width) * height > kMostCells) {
        finding.kind = FindingKind::kIncompatible;
        finding.text += "maps of these two shapes are not enlarged";
        return Add(std::move(finding));
      }
      a = Upsample(a, width, height);
      b = Upsample(b, width, height);
    }
    map.measures = Measure(a, b);
    for (Exceeded& exceeded : ExceededLimits(*map.measures, options_.limits)) {
      Finding beyond = finding;
      beyond.text += exceeded.text;
      beyond.measure = std::move(exceeded.measure);
      beyond.value = exceeded.value;
      beyond.limit = exceeded.limit;
      Add(std::move(beyond));
    }
  }

  OneSide baseline_;
  OneSide current_;
  const CompareOptions& options_;
  PictureComparison& picture_;
};

// A result that the other side has not: its numbers must be sound, and its classes are looked at.
void ReadLone(SideReader& reader, const StoredReport& report, PictureComparison& picture) {
  SetSeenPart(report, picture);
  reader.CheckPredictions(report);
  for (const ClassReport& explained : report.picture.explanations) {
    AddLoneClass(reader, report, explained, picture);
  }
}

bool HasMaps(const PictureReport& picture) {
  return std::ranges::all_of(picture.explanations, [](const ClassReport& explained) {
    return std::ranges::any_of(kMapKinds,
                               [&](const MapKind kind) { return HasMap(explained, kind); });
  });
}

ReportReading Read(SideReader& reader, const std::optional<ResultSource>& source) {
  return source ? reader.ReadReport() : ReportReading{.report = {}, .is_foreign = true};
}

}  // namespace

std::optional<PictureComparison> CompareResults(const std::string& name,
                                                const std::optional<ResultSource>& baseline,
                                                const std::optional<ResultSource>& current,
                                                const CompareOptions& options) {
  PictureComparison picture;
  picture.name = name;
  SideReader baseline_reader(Side::kBaseline, baseline.value_or(ResultSource{}), options, picture);
  SideReader current_reader(Side::kCurrent, current.value_or(ResultSource{}), options, picture);
  const ReportReading before = Read(baseline_reader, baseline);
  const ReportReading after = Read(current_reader, current);
  if (before.is_foreign && after.is_foreign) return std::nullopt;
  picture.current_has_maps = !after.report || HasMaps(after.report->picture);
  if (after.is_foreign) {
    AddFinding(picture, {.kind = FindingKind::kMissing, .text = "not in CURRENT"}, options);
    if (before.report) ReadLone(baseline_reader, *before.report, picture);
  } else if (before.is_foreign) {
    AddFinding(picture, {.kind = FindingKind::kExtra, .text = "not in BASELINE"}, options);
    if (after.report) ReadLone(current_reader, *after.report, picture);
  } else if (before.report && after.report) {
    SetSeenPart(*before.report, picture);
    Comparer({&baseline_reader, &*before.report}, {&current_reader, &*after.report}, options,
             picture)
        .Compare();
  } else if (after.report) {
    CheckNumbers(current_reader, *after.report);  // it may mend the baseline
  }
  return picture;
}

}  // namespace gradcam
